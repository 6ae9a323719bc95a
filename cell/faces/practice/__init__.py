"""Practice on the pages: the trainer at work, its strip, the way round for who comes first."""
