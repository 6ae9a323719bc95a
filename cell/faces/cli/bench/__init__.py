"""What `cell bench` measures."""
