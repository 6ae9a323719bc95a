"""The law of the cell: ledger and alarms, the watch over the nodes, a change of the recipe. Pure."""
