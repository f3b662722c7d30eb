"""HTTP: what goes over the wire, and how a connection lives."""
