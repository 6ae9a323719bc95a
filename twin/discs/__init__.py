"""Turned steel discs for the twin's belt, drawn by code."""

from twin.discs.library import DiscLibrary

__all__ = ["DiscLibrary"]
