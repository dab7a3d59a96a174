"""What is kept from run to run: finished documents and parts, by the hash of everything they are made from."""
