"""Texts in a reader's language."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from cell.texts.catalogues import ENGLISH, Lang, catalogue
from models.ground.text import Text, pieces, say

Label = Callable[[str], str]
"""From a defect's class to its word; a class without one stays as it is."""

NAMES = {
    "node": "process.{}", "nodes": "process.{}", "bin": "bin.{}", "bins": "bin.{}",
    "mode": "mode.{}", "role": "who.role.{}", "own": "who.role.{}", "permission": "permission.{}",
    "removal": "removal.{}",
}  # fmt: skip
"""Values that name something for which there is a word: its code. Plants name bins as they like,
so a name without a word stays as it is.
"""
CLASS = "defect"
"""The value that names a defect's class: recipes hold the words for those."""


def render(words: str, lang: Lang = ENGLISH, label: Label = str) -> str:
    """What travelled, for a reader: texts in his language, other words as they came."""
    return "".join(
        piece if isinstance(piece, str) else _Rendering(lang, label).text(piece)
        for piece in pieces(words)
    )


def tr(code: str, lang: Lang, **values: object) -> str:
    """A text that did not travel. Raises KeyError for an unknown code."""
    _ = catalogue(ENGLISH)[code]
    return render(say(code, **values), lang)


def tr_or(code: str, fallback: str, lang: Lang) -> str:
    """The words for `code`, or `fallback` where there are none."""
    return catalogue(lang).get(code, fallback)


def for_ros(words: str) -> str:
    """The words as ROS messages carry them: each text with its English beside its code, so that
    `ros2 topic echo` can be read.
    """
    return "".join(
        piece if isinstance(piece, str) else str(replace(piece, english=render(str(piece))))
        for piece in pieces(words)
    )


NUMBERED: Final = re.compile(r"{(\w+):one ([^|{}]*)\|([^{}]*)}")
"""Words that go by a number: `{count:one part|parts}`."""


class _Rendering:
    """One reader."""

    def __init__(self, lang: Lang, label: Label) -> None:
        self._lang, self._label = lang, label

    def text(self, text: Text) -> str:
        """Words for a text; where there are none that fit, its English or the text itself."""
        pattern = catalogue(self._lang).get(text.code)
        values = {name: self._value(name, value) for name, value in text.values.items()}
        try:
            if not pattern:
                return _raw(text)
            return _numbered(pattern, values).format_map(_Values(self._lang, values))
        except (LookupError, ValueError, AttributeError):  # values of another version of the cell
            return _raw(text)

    def _value(self, name: str, value: Any) -> Any:
        if isinstance(value, list):
            return ", ".join(str(self._value(name, one)) for one in value)
        if isinstance(value, str):
            if name == CLASS:
                return self._label(value)
            if name in NAMES:
                return tr_or(NAMES[name].format(value), value, self._lang)
            return render(value, self._lang, self._label)
        text = Text.of(value)
        return value if text is None else self.text(text)


class _Values(dict[str, Any]):
    """Values by name; a name without one is a word that texts share, such as `clear_belt`."""

    def __init__(self, lang: Lang, values: dict[str, Any]) -> None:
        super().__init__(values)
        self._lang = lang

    def __missing__(self, name: str) -> str:
        return catalogue(self._lang)[f"term.{name}"]


def _numbered(pattern: str, values: dict[str, Any]) -> str:
    """With `{count:one part|parts}` as the number asks for: the first words for 1, else the last.
    Korean nouns have one form for both.
    """

    def chosen(found: re.Match[str]) -> str:
        name, one, many = found.groups()
        return str(one if str(values[name]) == "1" else many)

    return NUMBERED.sub(chosen, pattern)


def _raw(text: Text) -> str:
    return text.english or str(text)
