"""From codes to English for messages and records, and from there to a screen's language.

ROS messages, services and the journal carry one English text. Its code and fields are read back
from it, as message catalogues do: so the texts of old journals are understood as well, and what is
not in the catalogue is shown as it came.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from cell.texts.phrase import Phrase, UnknownPhraseError
from cell.texts.refusals import REFUSALS
from cell.texts.verdicts import VERDICTS
from cell.texts.vision import VISION

PHRASES = {phrase.code: phrase for phrase in (*VERDICTS, *REFUSALS, *VISION)}
"""Every phrase by its code."""

_BY_SURENESS = sorted(PHRASES.values(), key=lambda phrase: phrase.sureness, reverse=True)


def say(code: str, **values: object) -> str:
    """The English text of a phrase. Raises UnknownPhraseError."""
    phrase = PHRASES.get(code)
    if phrase is None:
        raise UnknownPhraseError(f"phrase '{code}' is unknown: add it to cell/texts/")
    return phrase.say(**values)


@lru_cache(maxsize=256)
def recognise(text: str) -> tuple[Phrase, dict[str, str]] | None:
    """The phrase behind an English text and its fields' words; None: it is in no catalogue."""
    for phrase in _BY_SURENESS:
        values = phrase.read(text)
        if values is not None:
            return phrase, values
    return None


def translate(text: str, lang: str, name: Callable[[str], str] = str) -> str:
    """The text in this language ('ko', or English for any other).

    A field may itself be a phrase, or a list of names; `name` gives the word for a name (a
    defect's class, say).
    """
    found = recognise(text) if lang == "ko" else None
    if found is None:
        return text
    phrase, values = found
    return phrase.ko.format(**{key: _field(value, name) for key, value in values.items()})


def _field(value: str, name: Callable[[str], str]) -> str:
    if recognise(value) is not None:
        return translate(value, "ko", name)
    return ", ".join(name(word) for word in value.split(", "))
