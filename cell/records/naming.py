"""Where a picture lies as evidence, and what it is called. All paths start at the data folder.

First it lies in the incoming place, named by its exposure and its content; when the journal has
said whose it is, by its part and its content.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

PICTURES = "pictures"
INCOMING = f"{PICTURES}/incoming"
LOG = f"{PICTURES}/evidence.jsonl"
LEGACY_VIEWS = "views"
"""Where views lay before they were named by part and content."""

_INCOMING = re.compile(rf"{INCOMING}/(\d+)-(view|frame)-([0-9a-f]{{64}})\.jpg")


@dataclass(frozen=True, slots=True)
class Incoming:
    """A picture of which nobody has said yet whose it is. `kind`: view or frame."""

    exposure_ns: int
    kind: str
    sha256: str

    @property
    def path(self) -> str:
        """Two exposures with the very same picture are two files."""
        return f"{INCOMING}/{self.exposure_ns}-{self.kind}-{self.sha256}.jpg"

    @classmethod
    def of(cls, kind: str, exposure_ns: int, content: bytes) -> Incoming:
        """The name that a new picture gets."""
        return cls(exposure_ns, kind, hashlib.sha256(content).hexdigest())

    @classmethod
    def parse(cls, path: str) -> Incoming | None:
        """What a path says, None for one of another place or form."""
        found = _INCOMING.fullmatch(path)
        return cls(int(found[1]), found[2], found[3]) if found else None


def evidence_path(
    session: str, part: str, kind: str, sha256: str, exposure_ns: int, *, whole: bool = False
) -> str:
    """`pictures/<date>/<session>/<part>-<kind>-<first 8 of the hash>.jpg`; `whole`: all of the
    hash, for the case that another content has that name already.
    """
    day = datetime.fromtimestamp(exposure_ns * 1e-9).strftime("%Y-%m-%d")
    name = f"{part}-{kind}-{sha256 if whole else sha256[:8]}.jpg"
    return str(PurePosixPath(PICTURES, day, session, name))
