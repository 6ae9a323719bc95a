"""A recipe's inspection measured on labelled pictures: figures, report, thresholds."""
