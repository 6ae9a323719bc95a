"""The twin: stands for the cell's hardware and speaks its protocols. The cell never imports it."""
