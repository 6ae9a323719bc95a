"""What a data folder's registry knows: its models, where they stand, what speaks for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from cell.config.promotion import PromotionConfig
from cell.people.noting import Json, Notes
from cell.people.person import SignedIn
from cell.promotion import evidence as evidence_
from cell.promotion import rows
from cell.promotion.errors import PromotionError, RegistryError
from cell.promotion.evidence import Evidence, Looked, Match, Said
from cell.promotion.fleet import Fleet
from cell.promotion.model import Event, Model
from cell.promotion.pairs import Source, Tally, Truth
from cell.promotion.tables import FILE, SHAPE
from cell.stores.store import Store
from cell.texts import say
from models.ground.closing import Closing
from models.registry.shelf import Shelf

NOBODY: Final[Mapping[str, Truth]] = {}


class Known(Closing):
    """Models of one data folder (`registry.db`, packages in `registry/packages/`), read; and what
    was seen of them. Every method may raise RegistryError.
    """

    def __init__(self, data_dir: Path, notes: Notes) -> None:
        """Open the registry, and make it where there is none."""
        self.data_dir, self._notes = data_dir, notes
        self._shelf = Shelf(data_dir)
        self._store = Store(data_dir / FILE, SHAPE, RegistryError)

    def close(self) -> None:
        """Close the database."""
        self._store.close()

    # What there is

    def models(self, recipe: str | None = None) -> list[Model]:
        """Models of a recipe or of all, oldest first."""
        with self._store.reading() as db:
            return rows.models(db, recipe)

    def find(self, words: str, recipe: str | None = None) -> Model:
        """The model that people mean: by its fingerprint or the beginning of it, its identity, or
        name@version. Raises PromotionError where there is none, or more than one.
        """
        found = [one for one in self.models(recipe) if _means(words, one)]
        if not found:
            raise PromotionError(say("promotion.unknown", model=words))
        if len(found) > 1:
            several = [f"{one.short} ({one.recipe}, {one.identity})" for one in found]
            raise PromotionError(say("promotion.several", model=words, found=several))
        return found[0]

    def fleet(self, recipe: str) -> Fleet:
        """Where a recipe's models stand."""
        with self._store.reading() as db:
            return rows.fleet_of(db, recipe)

    def events(self, recipe: str, model: str | None = None) -> list[Event]:
        """What happened to a recipe's models, or to one, oldest first."""
        with self._store.reading() as db:
            return rows.events(db, recipe, model)

    def folder(self, model: Model) -> Path:
        """Where a model's package lies. Raises ModelError, which names the file, where it is not
        as it was taken in.
        """
        return self._shelf.check(model.fingerprint, model.manifest)

    # Evidence

    def match(self, model: Model) -> Match:
        """The model beside the one that judges. Raises PromotionError without one."""
        active = self.fleet(model.recipe).active
        if active is None:
            raise PromotionError(say("promotion.no_active", recipe=model.recipe))
        return Match(model.recipe, model.fingerprint, active)

    def note_look(
        self,
        match: Match,
        label_set: tuple[str, str],
        looked: Iterable[Looked],
        by: SignedIn,
        now_ns: int,
    ) -> None:
        """Take down what both said of a locked set, by its name and fingerprint."""
        with self._store.writing() as db:
            evidence_.add_look(db, match, label_set, looked, by, now_ns)
            after: Json = {"label_set": label_set[0], "fingerprint": label_set[1]}
            self._notes.note(by, "model.tried", match.candidate, after=after)

    def note_line(self, match: Match, looked: Iterable[Looked], now_ns: int) -> None:
        """Take down what both said of parts of the line."""
        with self._store.writing() as db:
            evidence_.add_pairs(db, match, looked, now_ns)

    def line_parts(self, match: Match, source: Source | None = None) -> list[str]:
        """Parts of the line that both looked at, in the shadow, on trial or both."""
        with self._store.reading() as db:
            return evidence_.line_parts(db, match, source)

    def on_trial(self, match: Match, truths: Mapping[str, Truth]) -> Tally:
        """What is known of the parts that both looked at while the candidate was on trial."""
        with self._store.reading() as db:
            return evidence_.on_trial(db, match, truths)

    def line_said(self, recipe: str, model: str) -> list[Said]:
        """What a model (its fingerprint) said of parts of the line, in the shadow and on trial."""
        with self._store.reading() as db:
            return evidence_.line_said(db, recipe, model)

    def evidence(
        self, match: Match, rules: PromotionConfig, truths: Mapping[str, Truth] = NOBODY
    ) -> Evidence:
        """All that is known. truths: what people say of parts of the line."""
        with self._store.reading() as db:
            return evidence_.read(db, match, truths, rules.latency_budget_ms)


def _means(words: str, model: Model) -> bool:
    names = (model.identity, f"{model.name}@{model.version}", model.content)
    return words in names or (len(words) >= 4 and model.fingerprint.startswith(words))
