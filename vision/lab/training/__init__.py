"""Training, measuring and packaging of the defect detector; needs the train extra (torch)."""
