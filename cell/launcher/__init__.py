"""Starts the cell's processes, watches them, restarts the dead with a limit, and ends them."""
