"""A running cell seen from outside, as every face sees it: its live state, orders to it."""
