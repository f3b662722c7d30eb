"""The client for code without an event loop: its coroutines are driven by hand."""
