"""What the pages do under load, and what they cost the cell."""
