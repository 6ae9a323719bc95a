"""What people see of the cell, and tell it."""
