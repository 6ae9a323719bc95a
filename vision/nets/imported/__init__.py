"""Networks that other tools have trained, made into what the cell's engines run."""
