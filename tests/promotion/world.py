"""A registry with small packages that look real, and people who may do what they do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cell.config import CellConfig, load
from cell.config.promotion import PromotionConfig
from cell.people.audit import AuditLog
from cell.people.entries import Entry
from cell.people.limits import PeopleSettings
from cell.people.person import How, SignedIn
from cell.people.roles import Role
from cell.products.loading import RECIPES
from cell.products.verdict import VerdictKind
from cell.promotion.evidence import Looked
from cell.promotion.model import Model, Offer, Origin
from cell.promotion.pairs import Pair, Source, Truth
from cell.promotion.registry import Registry
from cell.promotion.states import State
from tests.models.test_package import package

QUALITY = SignedIn("kim", Role.QUALITY, How.PASSWORD)
ADMIN = SignedIn("boss", Role.ADMIN, How.PASSWORD)
OPERATOR = SignedIn("lee", Role.OPERATOR, How.PIN)
RULES = PromotionConfig()
RECIPE = "gear"
PASS, REVIEW, REJECT = VerdictKind.PASS, VerdictKind.REVIEW, VerdictKind.REJECT


class World:
    """One data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.audit = AuditLog(folder / "data", PeopleSettings().keys_beside(folder / "data"))
        self.registry = Registry(folder / "data", self.audit)
        self.now_ns = 0

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def tick(self) -> int:
        self.now_ns += 1_000_000_000
        return self.now_ns

    def package(self, version: str, **change: Any) -> Path:
        return package(self.folder / f"package-{version}", version=version, **change)

    def add(self, version: str, **origin: Any) -> Model:
        """A candidate."""
        offer = Offer(RECIPE, self.package(version), Origin(**origin))
        return self.registry.admit(offer, QUALITY, self.tick())

    def adopt(self, version: str = "1") -> Model:
        """The model in use."""
        return self.registry.adopt(Offer(RECIPE, self.package(version)), QUALITY, self.tick())

    def promote(self, model: Model, to: State, by: SignedIn = QUALITY, **more: Any) -> Any:
        return self.registry.promote(
            model, to, by, self.tick(), why="it is time", rules=RULES, **more
        )

    def prove(self, model: Model, parts: int = 1000, source: Source = Source.SHADOW) -> None:
        """Evidence that lets it through: nobody errs."""
        halves = ((Truth.DEFECTIVE, REJECT), (Truth.GOOD, PASS))
        looked = [
            Looked(Pair(f"{truth}-{n}", source, truth, said, said), f"{truth}-{n}", 20.0, "engine")
            for truth, said in halves
            for n in range(parts)
        ]
        self.registry.note_line(self.registry.match(model), looked, self.tick())

    def log(self, what: str) -> list[Entry]:
        """What was written, newest first."""
        return self.audit.entries(what=what, newest_first=True)

    def chosen(self) -> Any:
        """Which package each recipe goes by, as every process reads it."""
        told = json.loads((self.data / "registry" / "active.json").read_text())
        return {recipe: one["package"] for recipe, one in told.items()}


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """One that is closed again."""
    opened = World(folder)
    try:
        yield opened
    finally:
        opened.registry.close()
        opened.audit.close()


def own_recipe(data: Path, name: str) -> CellConfig:
    """A recipe that may be written, and the configuration of whoever uses it."""
    folder = data / "recipes" / name
    folder.mkdir(parents=True)
    text = (RECIPES / "ball_screw" / "recipe.yaml").read_text(encoding="utf-8")
    (folder / "recipe.yaml").write_text(text.replace("name: ball_screw", f"name: {name}", 1))
    return load(None, {"data_dir": str(data)})
