"""Pages that answer what a factory asks of its quality."""
