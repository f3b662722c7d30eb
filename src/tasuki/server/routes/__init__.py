"""The handlers of the native API, one file per resource."""
