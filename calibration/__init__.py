"""Geometry of the cell and its solvers. Knows nothing of cameras' drivers, robots or parts."""
