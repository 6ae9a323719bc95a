"""Sentences in English that know their code and values, so that a face can say them in another
language. Whoever knows nothing of that has plain words.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from models.ground.text import Text
from vision.lab.data.findings import Finding
from vision.lab.data.names import printable
from vision.lab.data.types import DataError

Value = str | int | float


class Told(str):
    """One sentence. values: by the names that stand in its words in every language."""

    __slots__ = ("code", "values")
    code: str
    values: dict[str, Value]

    def __new__(cls, words: str, code: str, values: dict[str, Value]) -> Told:
        told_ = super().__new__(cls, words)
        told_.code, told_.values = code, values
        return told_

    def __getnewargs__(self) -> tuple[str, str, dict[str, Value]]:  # type: ignore[override]
        return str(self), self.code, self.values


def told(code: str, english: str, /, **values: object) -> Told:
    """A sentence. english: as `str.format` takes it; the catalogues hold the same under the code.
    A value may be such a sentence, too.
    """
    kept = {name: _kept(value) for name, value in values.items()}
    return Told(english.format(**kept), code, kept)


def fault(file: Path, what: str, remedy: str) -> DataError:
    """What is wrong with a file, and what to do now, as an error."""
    error = DataError(f"{file}: {what}; {remedy}")
    error.parts = (str(file), what, remedy)
    return error


def as_text(words: str) -> str:
    """The words as texts travel: code and values, with their English for who has no other."""
    return str(_text(words)) if isinstance(words, Told) else printable(words)


def words_of(finding: Finding) -> str:
    """A finding in one line, as texts travel."""
    return f"{printable(str(finding.file))}: {as_text(finding.what)}; {as_text(finding.remedy)}"


def changed(words: str, change: Callable[[str], str]) -> str:
    """The same sentence with everything in it changed in this way, such as the name of a folder."""
    if not isinstance(words, Told):
        return change(words)
    values = {k: changed(v, change) if isinstance(v, str) else v for k, v in words.values.items()}
    return Told(change(str(words)), words.code, values)


def _text(words: Told) -> Text:
    values = {name: _carried(value) for name, value in words.values.items()}
    return Text(words.code, values, printable(str(words)))


def _kept(value: object) -> Value:
    return value if isinstance(value, str | int | float) else str(value)


def _carried(value: Value) -> Any:
    if isinstance(value, Told):
        nested = _text(value)
        return {"code": nested.code, "values": nested.values}
    return printable(value) if isinstance(value, str) else value
