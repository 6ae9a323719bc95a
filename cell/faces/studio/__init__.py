"""The relabelling tool: pages on which people say what pictures show."""
