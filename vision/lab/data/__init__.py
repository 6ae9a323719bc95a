"""Labelled pictures, whatever format they came in."""
