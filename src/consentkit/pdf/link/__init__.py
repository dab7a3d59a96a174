"""Finished parts joined into one file, with what differs from packet to packet."""
