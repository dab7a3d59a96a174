"""The day of the front desk: its visits, what speaks against them, and what was printed of them, in memory."""
