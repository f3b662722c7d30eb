"""One side per peer. Each runs in the peers' own virtual environment (`requirements.txt`)."""
