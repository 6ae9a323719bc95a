"""What may be wrong with a data set, as values: readers and checks tell them, reports show them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from vision.lab.data.names import printable

Corners = tuple[float, float, float, float]


class Severity(StrEnum):
    """An error: something that is marked, or may be, was lost, and the set is unfit for use as it
    is. A warning: read, or repaired, and for a person to judge.
    """

    ERROR = "error"
    WARNING = "warning"


class Kind(StrEnum):
    """Kinds of findings; the value is the heading that people read."""

    LEAK = "Same picture in two splits"
    NEAR_LEAK = "Nearly the same picture in two splits"
    DUPLICATE = "Same picture twice"
    NEAR_DUPLICATE = "Nearly the same picture in two groups"
    MISSING = "Missing picture"
    UNREADABLE = "Unreadable picture"
    ORIENTATION = "Picture with a turn in its header"
    SIZE = "Sizes differ"
    DEPTH = "Channels or depth differ"
    GOLDEN = "Golden picture does not fit"
    MASK = "Mask does not fit"
    LABEL = "Label that cannot be read"
    IDS = "Number used twice"
    KEY = "Unknown key"
    CLASS = "Unknown class"
    CLASS_NAME = "Class name in another form"
    CLASS_EMPTY = "Class without a box"
    SHAPE = "Shape without an area"
    IGNORED = "Area that is not to be judged"
    BOX_EMPTY = "Empty box"
    BOX_OUTSIDE = "Box outside the picture"
    BOX_CLIPPED = "Box reaches out of the picture"
    BOX_TINY = "Tiny boxes"
    BOX_TWICE = "Same box twice"
    BOX_MEANING = "Box by its shape"
    COLUMN = "Column that is no label"
    MASK_VALUES = "Mask with other values"
    SPECK = "Specks left out"
    NO_LABEL = "Picture without labels"
    EMPTY_LABEL = "Empty label"
    NAME = "Name used twice"
    SPELLING = "Found in another spelling"
    GROUP = "No group known"
    NO_GOOD = "No good parts"
    LEFT_OUT = "File left out"


@dataclass(frozen=True)
class Finding:
    """One thing found. `what` names the place inside `file`; `remedy` says what to do now.

    samples: names of the pictures concerned, most telling first. box: x1 y1 x2 y2 in px as written
    in the label, where one box is meant.
    """

    kind: Kind
    severity: Severity
    file: Path
    what: str
    remedy: str
    samples: tuple[str, ...] = ()
    box: Corners | None = None

    @property
    def text(self) -> str:
        """The finding in one line."""
        return printable(f"{self.file}: {self.what}; {self.remedy}")

    @property
    def lost(self) -> bool:
        """Whether something that is marked, or may be, is not in what was read."""
        return self.severity is Severity.ERROR
