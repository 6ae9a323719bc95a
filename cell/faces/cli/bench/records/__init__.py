"""How long the records take to answer when there are a million parts in them."""
