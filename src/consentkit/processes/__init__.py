"""Work in processes of its own: under limits, side by side, ended with the run; steps that no signal ends half-way."""
