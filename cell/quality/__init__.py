"""What the records say of quality: statistics (the files here, pure), and what stands on them."""
