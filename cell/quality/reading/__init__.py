"""What the records tell, put into the statistics."""
