"""`python -m consentkit` does what the command `consentkit` does."""

from consentkit.cli import main

main()
