"""The cell's rules and its faces."""
