"""Neural networks of the inspection cell and the decoding of their output.

``decode`` is pure numpy and is all that the running cell needs; ``pairnet`` holds the torch
definition and is imported by training and export only.
"""
