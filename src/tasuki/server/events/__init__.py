"""The stream of events: one reader of the store, for all who listen."""
