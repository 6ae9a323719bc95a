"""The registry: the one door to a data folder's models and to who may judge parts."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import asdict

from cell.config.promotion import PromotionConfig
from cell.people.person import SignedIn
from cell.people.roles import Permission, require
from cell.promotion import evidence as evidence_
from cell.promotion import rows
from cell.promotion.adjusting import Adjusting
from cell.promotion.allowing import MOST_WHY, require_why, way_of
from cell.promotion.errors import PromotionError
from cell.promotion.evidence import Match
from cell.promotion.fleet import Fleet, Move, added, first, moved, rolled_back
from cell.promotion.gate import Decision, decide
from cell.promotion.known import NOBODY
from cell.promotion.model import Model, Offer
from cell.promotion.pairs import Truth
from cell.promotion.states import PROVEN, State, Way
from cell.texts import say
from models.package import ModelPackage

__all__ = ["MOST_WHY", "NOBODY", "Registry"]


class Registry(Adjusting):
    """Models of one data folder (`registry.db`, packages in `registry/packages/`). May be used from
    any thread and by several processes. Times are system-clock nanoseconds.

    Every method may raise RegistryError, every change AuditError: then nothing has changed. What a
    person may not do raises ForbiddenError, and is taken down in the log like everything else.
    """

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
            require_why(why)
            fleet, way = rows.fleet_of(db, model.recipe), Way.STEP
            if to in PROVEN:
                self.folder(model)
                if fleet.active is not None or not override:
                    decision = self._decision(db, fleet, model, rules, truths)
                way = way_of(decision, by, override)
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
            require_why(why)
            fleet = rows.fleet_of(db, recipe)
            moves = rolled_back(fleet, refuse=refuse, model=model)
            for one in rows.models(db, recipe):
                if one.fingerprint == moves[-1].model and moves[-1].after is State.ACTIVE:
                    self.folder(one)
            return [*moves], ""

        self._change(recipe, "", by, now_ns, "model.rolled_back", why, act)
        return self.fleet(recipe)

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
