"""Names that people and other systems chose: one form for comparing, and one for printing."""

from __future__ import annotations

import unicodedata

_UNPRINTABLE = {"Cc", "Cs", "Zl", "Zp"}


def normal(name: str) -> str:
    """The composed form (NFC): macOS writes the same name in another one than Linux and Windows."""
    return unicodedata.normalize("NFC", name)


def alike(name: str) -> str:
    """What names have in common that only some file systems tell apart: form and case."""
    return normal(normal(name).casefold())


def printable(text: str) -> str:
    """The text in one line that any terminal and file can hold: control characters and bytes that
    are no text are written as escapes.
    """
    if text.isprintable():
        return text
    return "".join(_escaped(c) if unicodedata.category(c) in _UNPRINTABLE else c for c in text)


def is_text(name: str) -> bool:
    """Whether a name can be written as UTF-8; file names of other code pages cannot."""
    return not any(unicodedata.category(c) == "Cs" for c in name)


def source_of(name: str) -> str:
    """The picture that a picture was made from: Roboflow calls copies `<source>.rf.<hash>`."""
    folder, slash, last = name.rpartition("/")
    return f"{folder}{slash}{last.partition('.rf.')[0] or last}"


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
