"""What Tasuki has of Kue's HTTP API."""
