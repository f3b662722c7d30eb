"""The pure heart: states, jobs, outcomes, backoff, names and errors. No I/O, no clock reads."""
