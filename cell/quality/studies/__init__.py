"""Gauge studies and audits: planned, taken step by step, never changed, evaluated."""
