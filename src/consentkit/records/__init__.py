"""What is kept of packets for the day on which their signed pages are scanned: never anything of a patient."""
