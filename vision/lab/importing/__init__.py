"""Model packages from networks that other tools have trained."""
