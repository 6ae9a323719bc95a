"""The law of the cell: ledger, alarms, the watch over the nodes, a change of the recipe. Pure."""
