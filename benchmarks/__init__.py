"""Measures what documents cost, consentkit's and those of other programs, in one run on one machine."""
