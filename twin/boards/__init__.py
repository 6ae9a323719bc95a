"""Real circuit boards for the twin's belt."""

from twin.boards.library import BoardLibrary

__all__ = ["BoardLibrary"]
