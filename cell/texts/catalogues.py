"""The catalogues, one file a language: `<language>.po`, with codes for keys (GNU gettext's format).

A further language is a further file. What it does not hold is said in English.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

Lang = str
"""A language as its file is named, e.g. 'ko'."""
ENGLISH: Lang = "en"
FOLDER = Path(__file__).parent


def languages() -> tuple[Lang, ...]:
    """Every language that there is a catalogue for."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.po")))


def after(lang: Lang) -> Lang:
    """The next language, for a button that goes round."""
    known = languages()
    return known[(known.index(lang) + 1) % len(known)]


@cache
def catalogue(lang: Lang) -> Mapping[str, str]:
    """Code to words, with values in braces as in `str.format`. Raises OSError."""
    from babel.messages.pofile import read_po  # only those who show texts wait for it

    with (FOLDER / f"{lang}.po").open("rb") as file:
        entries = read_po(file, locale=lang, abort_invalid=True)
    own = {str(entry.id): str(entry.string) for entry in entries if entry.id and entry.string}
    return own if lang == ENGLISH else {**catalogue(ENGLISH), **own}
