"""Plates that carry pictures of real ball screws, for the twin's belt."""

from twin.carriers.library import CarrierLibrary

__all__ = ["CarrierLibrary"]
