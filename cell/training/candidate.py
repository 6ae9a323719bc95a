"""Where a trained model goes: a folder with its package, and what stands beside it.

The seam to whoever decides whether it may judge parts: a job leaves a `Candidate`, and a
`Registry` takes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from models.ground.writing import write_whole

FILE = "candidate.json"
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


class Registry(Protocol):
    """Whoever takes models in."""

    def admit(self, candidate: Candidate) -> str:
        """Take it in; the identity that it has from now on. The same one twice is taken once.

        Raises UserError for a package that it cannot take.
        """


def write_candidate(candidate: Candidate) -> None:
    """Leave it beside its package. Raises WriteError."""
    told = asdict(candidate) | {"package": candidate.package.name}
    text = json.dumps(told, indent=2, ensure_ascii=False)
    write_whole(candidate.package.parent / FILE, text + "\n")


def read_candidate(folder: Path) -> Candidate:
    """What a job has left in its folder. Raises OSError, ValueError."""
    told: Mapping[str, Any] = json.loads((folder / FILE).read_text(encoding="utf-8"))
    parents = tuple(told["parents"])
    return Candidate(**{**told, "package": folder / told["package"], "parents": parents})
