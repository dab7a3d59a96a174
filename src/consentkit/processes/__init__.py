"""Work in processes of its own: under limits, side by side, and ended with the run."""
