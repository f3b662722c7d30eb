"""Bytes to model and back: job ids, stored records, payloads and their limits."""
