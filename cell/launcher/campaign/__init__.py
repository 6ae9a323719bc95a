"""Faults on purpose, one after the other, against the real processes: what must hold, held."""
