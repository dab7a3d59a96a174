"""Work in child processes: under limits, side by side, ended with the run; steps that no signal interrupts half-way."""
