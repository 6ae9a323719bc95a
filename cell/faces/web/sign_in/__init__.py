"""The pages on which somebody says who he is. Plain HTML: they must work before any session."""
