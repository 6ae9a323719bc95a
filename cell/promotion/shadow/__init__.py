"""A candidate in the shadow: it inspects the line's own pictures, without a say.

It looks at the views that the cell has kept, in a process of its own, behind everything else. So
neither the cell's nodes nor their verdicts know of it: whatever it does costs them nothing.
"""
