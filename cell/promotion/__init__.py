"""Which model may judge parts: the registry, the gate, the canary, the way back."""
