"""What flags, tags and choices say of a whole picture, beside what is drawn on it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vision.lab.data.findings import Kind
from vision.lab.data.formats.masked import is_good
from vision.lab.data.reading import Reading

_UNUSABLE = "unusable"


def is_unusable(reading: Reading, file: Path, name: str, said: Sequence[str], drawn: int) -> bool:
    """Whether words say that nobody can judge a picture; tells where they contradict each other or
    the number of shapes that are drawn, and of pictures that count as good because nothing is.
    """
    good = [word for word in said if is_good(word)]
    unusable = [word for word in said if word.strip().lower() == _UNUSABLE]
    others = [word for word in said if word not in good and word not in unusable]
    if good and unusable:
        what = f"is called both {good[0]!r} and {unusable[0]!r}"
        reading.error(Kind.EMPTY_LABEL, file, what, "remove the one or the other", name)
    elif drawn and (good or unusable):
        what = f"is called {(good or unusable)[0]!r}, but {drawn} shapes are drawn"
        reading.error(Kind.EMPTY_LABEL, file, what, "remove the one or the other", name)
    elif not drawn and others:
        what = f"is called {', '.join(map(repr, others))}, but nothing is drawn"
        reading.error(Kind.EMPTY_LABEL, file, what, "draw the defect, or call it good", name)
    elif not drawn and not said:
        what = "marks no defect: the part counts as good"
        reading.warning(Kind.EMPTY_LABEL, file, what, "label it if it is not", name)
    return bool(unusable)
