"""Label files of other tools: written from labels, and read into them. One format a file."""
