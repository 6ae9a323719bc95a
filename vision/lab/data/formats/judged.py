"""What flags, tags and choices say of a whole picture, beside what is drawn on it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vision.lab.data.findings import Kind
from vision.lab.data.formats.masked import is_good
from vision.lab.data.reading import Reading
from vision.lab.data.saying import told

_UNUSABLE = "unusable"


def is_unusable(reading: Reading, file: Path, name: str, said: Sequence[str], drawn: int) -> bool:
    """Whether words say that nobody can judge a picture; tells where they contradict each other or
    the number of shapes that are drawn, and of pictures that count as good because nothing is.
    """
    good = [word for word in said if is_good(word)]
    unusable = [word for word in said if word.strip().lower() == _UNUSABLE]
    others = [word for word in said if word not in good and word not in unusable]
    if good and unusable:
        what = told(
            "file.called_both",
            "is called both {good} and {unusable}",
            good=repr(good[0]),
            unusable=repr(unusable[0]),
        )
        reading.error(
            Kind.EMPTY_LABEL,
            file,
            what,
            told("do.remove_other", "remove the one or the other"),
            name,
        )
    elif drawn and (good or unusable):
        what = told(
            "file.called_drawn",
            "is called {value}, but {drawn} shapes are drawn",
            value=repr((good or unusable)[0]),
            drawn=drawn,
        )
        reading.error(
            Kind.EMPTY_LABEL,
            file,
            what,
            told("do.remove_other", "remove the one or the other"),
            name,
        )
    elif not drawn and others:
        what = told(
            "file.called_not_drawn",
            "is called {names}, but nothing is drawn",
            names=", ".join(map(repr, others)),
        )
        reading.error(
            Kind.EMPTY_LABEL,
            file,
            what,
            told("do.draw_or_good", "draw the defect, or call it good"),
            name,
        )
    elif not drawn and not said:
        what = told("file.no_mark", "marks no defect: the part counts as good")
        reading.warning(
            Kind.EMPTY_LABEL, file, what, told("do.label_if_not", "label it if it is not"), name
        )
    return bool(unusable)
