"""Real circuit boards for the twin's belt."""

from twin.boards.library import BoardDataError, BoardLibrary, BoardVariant

__all__ = ["BoardDataError", "BoardLibrary", "BoardVariant"]
