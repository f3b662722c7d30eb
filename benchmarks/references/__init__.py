"""The bare things beside which Tasuki is measured, with the same client and the same store."""
