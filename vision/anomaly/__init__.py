"""Anomalies: what good parts look like, learned from a few of them, and what deviates from it."""
