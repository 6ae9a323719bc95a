"""Training jobs: a model from a frozen label set, beside the line and never at its cost."""
