"""One sentence in both languages, with fields, and the way back from its English text."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from functools import cached_property

KINDS = {"": r".*?", "d": r"-?\d+", ".2f": r"-?\d+\.\d\d", "+.0f": r"[+-]\d+"}
"""What a field with this format can look like."""


class UnknownPhraseError(Exception):
    """A code that the catalogue does not hold."""


@dataclass(frozen=True)
class Phrase:
    """A code that never changes, e.g. 'refused.start.faulted', and its texts.

    Fields stand in braces, with a format in the English text where they need one; in the Korean
    text they are words already.
    """

    code: str
    en: str
    ko: str

    def say(self, **values: object) -> str:
        """The English text."""
        return self.en.format(**values)

    def read(self, text: str) -> dict[str, str] | None:
        """The fields' words in an English text of this phrase; None: it is none."""
        found = self._pattern.fullmatch(text)
        return None if found is None else found.groupdict()

    @property
    def fields(self) -> frozenset[str]:
        """Names of the fields."""
        return frozenset(name for _, name, _, _ in string.Formatter().parse(self.en) if name)

    @property
    def sureness(self) -> tuple[int, int]:
        """How many characters are given at the beginning, and in all: where two phrases fit a
        text, the greater one is meant, for a field may hold a phrase of its own.
        """
        given = [len(text) for text, _, _, _ in string.Formatter().parse(self.en)]
        return given[0], sum(given)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        parts = []
        for text, name, form, _ in string.Formatter().parse(self.en):
            parts.append(re.escape(text))
            if name:
                parts.append(f"(?P<{name}>{KINDS[form or '']})")
        return re.compile("".join(parts), re.DOTALL)
