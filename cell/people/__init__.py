"""Who works with the cell: accounts, roles, sign-in, and the log of what they did. No web."""
