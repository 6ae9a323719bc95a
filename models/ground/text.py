"""What is told to people before it is in any language: a code and its values, as one string.

A text travels as JSON, e.g. `{"code": "vision.wrong_size", "values": {"x": 96.2}}`, as an error's
message, in ROS messages and in the journal. Whoever shows it looks the code up in the catalogue of
his reader's language. Words that are no text (a library's, a person's, an old journal's) travel as
they are, and may stand around texts: `str(error)` can be put into any other message.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from numbers import Integral, Real
from typing import Any

_BEGIN = '{"code": "'
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Text:
    """A code that never changes, e.g. 'refused.start.faulted', and the values that its words need:
    numbers, words, lists of words, or texts in the same form (`of` reads them).

    `english`: its words as they were told, for people who look at messages and for readers whose
    catalogue does not hold the code; '' where nobody has looked them up.
    """

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)
    english: str = ""

    def __str__(self) -> str:
        told = {"code": self.code, "values": self.values, "english": self.english}
        return json.dumps({k: v for k, v in told.items() if v}, ensure_ascii=False)

    @classmethod
    def of(cls, value: object) -> Text | None:
        """The text that a JSON value holds; None: it is none."""
        if not isinstance(value, dict) or not isinstance(value.get("code"), str):
            return None
        values, english = value.get("values", {}), value.get("english", "")
        if not isinstance(values, dict) or not isinstance(english, str):
            return None
        return cls(value["code"], values, english)


def say(code: str, /, **values: object) -> str:
    """A text as it travels."""
    return str(Text(code, {name: _plain(value) for name, value in values.items()}))


def read(words: str) -> Text | None:
    """The text that these words are as a whole; None: they are none."""
    first, *others = [*pieces(words), ""]
    return first if isinstance(first, Text) and others == [""] else None


def pieces(words: str) -> Iterator[str | Text]:
    """The texts in these words, and what stands around them, in their order."""
    at = 0
    while (start := words.find(_BEGIN, at)) >= 0:
        text, end = _text_at(words, start)
        if text is None:
            yield words[at:end]
        else:
            yield from (part for part in (words[at:start], text) if part)
        at = end
    if at < len(words):
        yield words[at:]


def bare(words: str) -> str:
    """The words with their texts as the journal keeps them: without the English beside the code."""
    return "".join(p if isinstance(p, str) else str(replace(p, english="")) for p in pieces(words))


def _text_at(words: str, start: int) -> tuple[Text | None, int]:
    """The text that begins at `start` and where it ends; None: it only begins like one."""
    try:
        value, end = _DECODER.raw_decode(words, start)
    except (ValueError, RecursionError):
        return None, start + len(_BEGIN)
    text = Text.of(value)
    return text, start + len(_BEGIN) if text is None else end


def _plain(value: object) -> Any:
    """A value as JSON holds it."""
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    text = read(str(value))
    return str(value) if text is None else {"code": text.code, "values": dict(text.values)}
