"""A runner: what it claims, holds, reports, and how it lives."""
