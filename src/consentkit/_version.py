"""The version of consentkit, by itself, so that whoever needs it does not need the package's own interface."""

__version__ = "0.1.0"
