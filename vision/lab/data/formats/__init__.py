"""One reader a file for each format of labelled pictures."""
