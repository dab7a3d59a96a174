"""Finished parts are joined into one file and filled in with what differs from packet to packet."""
