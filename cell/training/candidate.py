"""Where a trained model goes: a folder with its package, and what stands beside it for whoever
decides whether it may judge parts.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from models.ground.writing import write_whole

PACKAGE: Final = "package"
"""Below the job's folder: holds the package's folder, and `FILE`."""
FILE: Final = "candidate.json"
"""Beside the package's folder."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that wants to be tried. package: its folder; recipe: the product; label_set and
    fingerprint: what it was learnt from; job: its number; parents: identities of the models that it
    comes from or is to replace (`name@version#content`); by: who wanted it; at_ns: system clock.
    """

    package: Path
    recipe: str
    label_set: str
    fingerprint: str
    job: int
    parents: tuple[str, ...]
    by: str
    at_ns: int


def write_candidate(candidate: Candidate) -> None:
    """Leave it beside its package. Raises WriteError."""
    told = asdict(candidate) | {"package": candidate.package.name}
    text = json.dumps(told, indent=2, ensure_ascii=False)
    write_whole(candidate.package.parent / FILE, text + "\n")
