"""An anomaly model from pictures of good parts: chosen features, memory, threshold."""
