"""Model packages kept by their content, and which of them each recipe goes by."""
