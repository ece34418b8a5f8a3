"""Intake over HTTP: what may be asked and by whom, the counters at which something is handed in, and what is answered."""
