"""One file per family of measurements; `catalogue` lists them all."""
