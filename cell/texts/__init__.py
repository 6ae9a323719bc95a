"""Every text that a person reads, in every language. Texts travel as codes and values
(`models/ground/text.py`) and become words here, when a face shows them.
"""

from cell.texts.catalogues import ENGLISH, Lang, after, catalogue, languages
from cell.texts.rendering import Label, for_ros, render, tr, tr_or
from models.ground.text import Text, bare, read, say

__all__ = [
    "ENGLISH", "Label", "Lang", "Text", "after", "bare", "catalogue", "for_ros", "languages",
    "read", "render", "say", "tr", "tr_or",
]  # fmt: skip
