"""Arms, grippers, belts and the motion between them. Knows nothing of pictures or verdicts."""
