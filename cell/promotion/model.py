"""A model as the registry knows it, and what happened to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cell.promotion.fleet import Move
from cell.promotion.states import State


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a model comes from, as far as it is known; '' where not. label_set, fingerprint: the
    frozen set that it was learnt from; job: of the training; parents: identities of the models that
    it comes from or is to replace.
    """

    label_set: str = ""
    fingerprint: str = ""
    job: str = ""
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """A package that wants to be a candidate. package: its folder, of which a copy is kept."""

    recipe: str
    package: Path
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True, slots=True)
class Model:
    """One model of one recipe. fingerprint: of all of its files; content: of its card, as it stands
    on records; card: as it was written; manifest: SHA-256 of each file by its path.
    """

    recipe: str
    fingerprint: str
    name: str
    version: str
    content: str
    card: Mapping[str, Any]
    manifest: Mapping[str, str]
    origin: Origin
    at_ns: int
    person: str
    state: State = State.CANDIDATE

    @property
    def identity(self) -> str:
        """name@version#content."""
        return f"{self.name}@{self.version}#{self.content}"

    @property
    def short(self) -> str:
        """What people type for it."""
        return self.fingerprint[:12]


@dataclass(frozen=True, slots=True)
class Event:
    """A move on record: who, when (system clock, ns), why, and what the gate said then ('' where it
    was not asked; JSON).
    """

    number: int
    recipe: str
    move: Move
    at_ns: int
    person: str
    role: str
    why: str
    decision: str
