"""The registry: the one door to a data folder's models and to who may judge parts."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

from cell.config.promotion import PromotionConfig
from cell.people.noting import Json, Notes
from cell.people.person import SignedIn
from cell.people.roles import ForbiddenError, Permission, require
from cell.products.loading import RecipeError
from cell.promotion import evidence as evidence_
from cell.promotion import pending as pending_
from cell.promotion import rows, tuned
from cell.promotion.errors import GateError, PromotionError, RegistryError
from cell.promotion.evidence import Evidence, Looked, Match, Said
from cell.promotion.fleet import Fleet, Move, added, first, moved, rolled_back
from cell.promotion.gate import Decision, Outcome, decide
from cell.promotion.model import Event, Model, Offer
from cell.promotion.pairs import Source, Tally, Truth
from cell.promotion.pending import Rewritten
from cell.promotion.states import PROVEN, State, Way
from cell.promotion.tables import FILE, SHAPE
from cell.promotion.tuned import Change, ThresholdVersion
from cell.promotion.words import TRIAL, why_not
from cell.stores.store import Store
from cell.texts import say
from models.errors import ModelError
from models.ground.closing import Closing
from models.ground.writing import WriteError
from models.package import ModelPackage
from models.registry.chosen import Choice, choices, choose
from models.registry.shelf import Shelf

MOST_WHY: Final = 2000
"""Characters of a reason, which every page shows for ever."""
NOBODY: Final[Mapping[str, Truth]] = {}


class Registry(Closing):
    """Models of one data folder (`registry.db`, packages in `registry/packages/`). May be used from
    any thread and by several processes. Times are system-clock nanoseconds.

    Every method may raise RegistryError, every change AuditError: then nothing has changed. What a
    person may not do raises ForbiddenError, and is taken down in the log like everything else.
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

    # Changes

    def adopt(self, offer: Offer, by: SignedIn, now_ns: int, why: str = "") -> Model:
        """Take in the model that judges already, of a recipe without any. Raises ModelError,
        PromotionError.
        """
        return self._take_in(offer, by, now_ns, why, first)

    def admit(self, offer: Offer, by: SignedIn, now_ns: int, why: str = "") -> Model:
        """Take in a candidate; the same one again changes nothing. Raises ModelError."""
        return self._take_in(offer, by, now_ns, why, added)

    def require_may_add(self, offer: Offer, by: SignedIn, why: str = "") -> None:
        """Raises ForbiddenError for who may not take models in."""
        with self._refusals(by, "model.added", offer.recipe, why):
            require(by.role, Permission.PROMOTE)

    def promote(
        self,
        model: Model,
        to: State,
        by: SignedIn,
        now_ns: int,
        *,
        why: str,
        rules: PromotionConfig,
        truths: Mapping[str, Truth] = NOBODY,
        override: bool = False,
    ) -> Decision | None:
        """Move a model on. Where it would have a say, the gate decides; override: against it, which
        is an administrator's, and stands on record. So is a recipe's very first model, which can be
        compared with none. Gives what the gate said, None where it was not asked.

        Raises GateError, PromotionError, ForbiddenError, ModelError.
        """
        decision: Decision | None = None

        def act(db: sqlite3.Connection) -> tuple[list[Move], str]:
            nonlocal decision
            require(by.role, Permission.PROMOTE)
            _require_why(why)
            fleet, way = rows.fleet_of(db, model.recipe), Way.STEP
            if to in PROVEN:
                self.folder(model)
                if fleet.active is not None or not override:
                    decision = self._decision(db, fleet, model, rules, truths)
                way = _way(decision, by, override)
            moves = moved(fleet, model.fingerprint, to, way)
            return [*moves], "" if decision is None else rows.plain(asdict(decision))

        self._change(model.recipe, model.fingerprint, by, now_ns, "model.promoted", why, act)
        return decision

    def roll_back(
        self,
        recipe: str,
        by: SignedIn,
        now_ns: int,
        *,
        why: str,
        refuse: bool = False,
        model: str = "",
    ) -> Fleet:
        """Take its say from the newest model that has one, or from the one that is meant (`model`,
        a fingerprint); refuse: for ever. Gives the fleet. Raises PromotionError, also where that
        one has no say any more, ForbiddenError, ModelError.
        """

        def act(db: sqlite3.Connection) -> tuple[list[Move], str]:
            require(by.role, Permission.ROLL_BACK)
            _require_why(why)
            fleet = rows.fleet_of(db, recipe)
            moves = rolled_back(fleet, refuse=refuse, model=model)
            for one in rows.models(db, recipe):
                if one.fingerprint == moves[-1].model and moves[-1].after is State.ACTIVE:
                    self.folder(one)
            return [*moves], ""

        self._change(recipe, "", by, now_ns, "model.rolled_back", why, act)
        return self.fleet(recipe)

    def thresholds(self, recipe: str) -> list[ThresholdVersion]:
        """A recipe's versions of thresholds, oldest first."""
        with self._store.reading() as db:
            return tuned.versions(db, recipe)

    def set_thresholds(
        self,
        change: Change,
        decision: Decision | None,
        by: SignedIn,
        now_ns: int,
        *,
        why: str,
        write: Callable[[], Rewritten | None],
        override: bool = False,
    ) -> ThresholdVersion:
        """Let other thresholds count, as the gate says, or against it. decision None: the way back
        to those before. write: how the recipe's file is to read then, None where there is none;
        what it raises keeps them off the record. Record and file have them both in the end, or
        neither, also after a kill (`mend`).

        Raises GateError, PromotionError, ForbiddenError, WriteError, and what `write` raises.
        """
        what = "thresholds.changed"
        with self._refusals(by, what, change.recipe, why):
            require(by.role, Permission.PROMOTE if decision else Permission.ROLL_BACK)
            _require_why(why)
            way = Way.ROLLBACK if decision is None else _way(decision, by, override)
            try:
                with self._store.writing() as db:
                    self._settle(db, by)
                    number = tuned.add(db, change, way, by, now_ns, why, decision)
                    before, after = dict(change.before), dict(change.after)
                    self._notes.note(by, what, change.recipe, before=before, after=after, why=why)
                    rewritten = write()
                    if rewritten is not None:
                        at = change.recipe, number, now_ns
                        pending_.lay_ready(self.data_dir, *at, rewritten)
            finally:
                self.settle(by)
            self._publish()
            return next(v for v in self.thresholds(change.recipe) if v.number == number)

    def settle(self, by: SignedIn) -> bool:
        """Bring thresholds to their end that were on their way when a program was killed: the
        recipe's file gets those that are on record, and no others. Gives whether there were any.
        Raises WriteError.
        """
        if pending_.pending(self.data_dir) is None:
            return False
        with self._store.writing() as db:
            return self._settle(db, by)

    def _settle(self, db: sqlite3.Connection, by: SignedIn) -> bool:
        """The same under the lock of the database: nobody's are under way beside it."""
        one = pending_.pending(self.data_dir)
        if one is None:
            return False
        known = any(
            (v.number, v.at_ns) == (one.number, one.at_ns) for v in tuned.versions(db, one.recipe)
        )
        outcome = pending_.settle(self.data_dir, one, on_record=known)
        if outcome is not pending_.Outcome.DONE:
            dropped = outcome is pending_.Outcome.DROPPED
            code = "promotion.thresholds_dropped" if dropped else "promotion.thresholds_edited"
            why = say(code, recipe=one.recipe)
            self._notes.note(by, "thresholds.settled", one.recipe, refused=why)
        return True

    @property
    def behind(self) -> bool:
        """Whether something of what is on record has not been done yet: another program is at it
        this moment, or was killed.
        """
        if pending_.pending(self.data_dir) is not None:
            return True
        with self._store.reading() as db:
            return not self._told(_chosen(db))

    def mend(self, by: SignedIn) -> bool:
        """Do what is on record and was left undone, as after a kill between the two: a recipe's
        file with its thresholds, and the file that says which package each recipe goes by. Gives
        whether there was anything. Raises WriteError.
        """
        settled = self.settle(by)
        mended = self._publish()
        if mended or settled:
            self._notes.note(by, "model.choice_mended", after=self.chosen())
        return mended or settled

    def chosen(self) -> dict[str, str]:
        """Which package each recipe goes by."""
        with self._store.reading() as db:
            return {name: one.package for name, one in _chosen(db).items() if one.package}

    def _take_in(
        self,
        offer: Offer,
        by: SignedIn,
        now_ns: int,
        why: str,
        step: Callable[[Fleet, str], tuple[Move, ...]],
    ) -> Model:
        self.require_may_add(offer, by, why)
        package = ModelPackage.load(offer.package)
        fingerprint, manifest = self._shelf.put(offer.package)
        card = package.card
        told = card.model_dump(mode="json", exclude_none=True)
        model = Model(
            offer.recipe, fingerprint, card.name, card.version, package.content, told, manifest,
            offer.origin, now_ns, by.name,
        )  # fmt: skip

        def act(db: sqlite3.Connection) -> tuple[list[Move], str]:
            moves = step(rows.fleet_of(db, offer.recipe), fingerprint)
            if moves:
                rows.add_model(db, model)
            return [*moves], ""

        self._change(offer.recipe, fingerprint, by, now_ns, "model.added", why, act)
        return self.find(fingerprint, offer.recipe)

    def _decision(
        self,
        db: sqlite3.Connection,
        fleet: Fleet,
        model: Model,
        rules: PromotionConfig,
        truths: Mapping[str, Truth],
    ) -> Decision:
        if fleet.active is None:
            raise PromotionError(say("promotion.no_active", recipe=model.recipe))
        match = Match(model.recipe, model.fingerprint, fleet.active)
        known = evidence_.read(db, match, truths, rules.latency_budget_ms)
        return decide(known.tally, known.speed, rules)

    def _change(
        self,
        recipe: str,
        subject: str,
        by: SignedIn,
        now_ns: int,
        what: str,
        why: str,
        act: Callable[[sqlite3.Connection], tuple[list[Move], str]],
    ) -> None:
        """Do it, take it down, and let every process know. What is refused is taken down, too."""
        with self._refusals(by, what, subject or recipe, why):
            with self._store.writing() as db:
                moves, decision = act(db)
                if not moves:
                    return
                rows.add_moves(db, recipe, moves, by, now_ns, why, decision)
                self._notes.note(
                    by,
                    what,
                    subject or recipe,
                    before={one.model: one.before and str(one.before) for one in moves},
                    after={one.model: f"{one.after} ({one.way})" for one in moves},
                    why=why,
                )
            self._publish()

    def _publish(self) -> bool:
        """Tell every process which package each recipe goes by; whether that was another one.
        Under the lock of the database, so that the last one to write knows of everybody's moves.
        """
        with self._store.writing() as db:
            wanted = _chosen(db)
            same = self._told(wanted)
            if not same:
                choose(self.data_dir, wanted)
            return not same

    def _told(self, wanted: Mapping[str, Choice]) -> bool:
        """Whether every process reads it so."""
        try:
            return choices(self.data_dir) == wanted
        except ModelError:
            return False

    @contextmanager
    def _refusals(self, by: SignedIn, what: str, subject: str, why: str) -> Iterator[None]:
        try:
            yield
        except (PromotionError, ForbiddenError, ModelError, RecipeError, WriteError) as error:
            self._notes.note(by, what, subject, why=why, refused=str(error))
            raise


def _chosen(db: sqlite3.Connection) -> dict[str, Choice]:
    """By recipe: who judges, by whose wish, who is tried beside it, and why one has lost its say by
    itself; which thresholds count.
    """
    found = {}
    for name in rows.recipes(db):
        events = rows.events(db, name)
        canary, last = Fleet.of(one.move for one in events).canary or "", events[-1]
        ended = last.move.before is State.CANARY or last.move.way is Way.ROLLBACK
        left = last.why if last.person == TRIAL and ended else ""
        for event in events:
            if event.move.after is State.ACTIVE:
                found[name] = Choice(event.move.model, event.person, event.why, canary, left)
    for one in tuned.newest(db):
        version = one.change.recipe_version
        found[one.change.recipe] = replace(
            found.get(one.change.recipe, Choice("")), version=version, version_person=one.person,
            version_why=one.why,
        )  # fmt: skip
    return found


def _means(words: str, model: Model) -> bool:
    names = (model.identity, f"{model.name}@{model.version}", model.content)
    return words in names or (len(words) >= 4 and model.fingerprint.startswith(words))


def _require_why(why: str) -> None:
    if not why.strip():
        raise PromotionError(say("promotion.no_why"))
    if len(why) > MOST_WHY:
        raise PromotionError(say("promotion.why_long", count=len(why), most=MOST_WHY))


def _way(decision: Decision | None, by: SignedIn, override: bool) -> Way:
    """How a model gets its say. decision None: there is no model to compare it with. Raises
    GateError, ForbiddenError.
    """
    if decision is not None and decision.outcome is Outcome.PASS:
        return Way.GATE
    if decision is not None and not override:
        raise GateError(why_not(decision), decision)
    require(by.role, Permission.OVERRIDE_GATE)
    return Way.OVERRIDE
