"""Watches the models that have a say, and takes it from those that must not have it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from cell.config.promotion import PromotionConfig
from cell.labels.book import LabelBook
from cell.people.person import How, SignedIn
from cell.people.roles import Role
from cell.promotion.active_watch import ActiveWatch, Watch
from cell.promotion.canary import must_leave
from cell.promotion.canary_watch import CanaryWatch
from cell.promotion.model import Model
from cell.promotion.registry import Registry
from cell.promotion.states import State
from cell.promotion.turn import Passed
from cell.promotion.watch_words import doubt_of, why_back
from cell.promotion.words import TRIAL
from cell.texts import render, say
from models.ground.errors import UserError
from models.registry.doubts import Doubt, doubts, tell_doubts

BY: Final = SignedIn(TRIAL, Role.ADMIN, How.SHELL)
EVERY_S: Final = 1.0
AGAIN_NS: Final = 60 * 10**9
"""After a way back that was hindered."""

log = logging.getLogger(__name__)


class TrialKeeper:
    """Works in a thread from `start` to `close`, or a `turn` at a time. clock: the system clock
    [ns].

    problem: why something is not watched now, '' while all is well. known: what is known of each
    model with a say, by its recipe and fingerprint.
    """

    def __init__(
        self,
        data_dir: Path,
        rules: PromotionConfig,
        registry: Registry,
        labels: LabelBook,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._rules, self._registry, self._clock = rules, registry, clock
        self._data_dir, self._behind = data_dir, True
        self._ended = threading.Event()
        stop = self._ended.is_set
        self._active = ActiveWatch(data_dir, rules, registry, labels, stop)
        self._canary = CanaryWatch(data_dir, rules, registry, labels, stop, clock)
        self._stuck: dict[tuple[str, str], tuple[int, UserError]] = {}
        self._thread = threading.Thread(target=self._run, name="trials", daemon=True)
        self.problem = ""
        self.known: Mapping[tuple[str, str], Watch] = {}

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def turn(self) -> None:
        """Take down what is new, and look who must leave."""
        known, problem = dict[tuple[str, str], Watch](), ""
        models = list[Model]()
        try:
            self._mend()
            models = self._registry.models()
        except UserError as error:
            problem = str(error)
        for model in models:
            if model.state not in (State.CANARY, State.ACTIVE) or self._ended.is_set():
                continue
            try:
                self._look(model, known)
            except UserError as error:  # one model's trouble is not the next one's
                problem = str(error)
        self.known = known
        try:
            if not self._ended.is_set():
                self._tell_doubts(models, known)
        except UserError as error:
            problem = str(error)
        if problem and problem != self.problem:
            log.warning("trials: %s", render(problem))
        self.problem = problem

    def _mend(self) -> None:
        """What is on record and was left undone by a program that was killed. What is so for the
        first time another one may be at this moment.
        """
        behind = self._registry.behind
        if behind and self._behind:
            self._registry.mend(BY)
        self._behind = behind

    def _tell_doubts(self, models: Sequence[Model], known: Mapping[tuple[str, str], Watch]) -> None:
        """What the running cell tells people of models that judge and stay. Of one that could not
        be looked at what was told before stands.
        """
        told, before = dict[str, Doubt](), doubts(self._data_dir)
        for model in models:
            if model.state is not State.ACTIVE:
                continue
            watch, last = known.get((model.recipe, model.fingerprint)), before.get(model.recipe)
            if watch is None and last is not None and last.package == model.fingerprint:
                told[model.recipe] = last
            elif watch is not None and (why := doubt_of(watch, self._rules)):
                told[model.recipe] = Doubt(model.fingerprint, why)
        if models:
            tell_doubts(self._data_dir, told)

    def _run(self) -> None:
        while not self._ended.is_set():
            self.turn()
            self._ended.wait(EVERY_S)

    def _look(self, model: Model, known: dict[tuple[str, str], Watch]) -> None:
        key = model.recipe, model.fingerprint
        if model.state is State.CANARY:
            seen, shares = self._canary.look(model)
            why = must_leave(seen, self._rules)
            known[key] = Watch(shares, Passed(audited=seen.passed, escaped=seen.escaped), why, True)
            reason = "" if why is None else say(f"trial.left.{why}")
        else:
            watch = known[key] = self._active.look(model)
            why, reason = watch.why if watch.back else None, why_back(watch, self._rules)
        if why is not None and not self._ended.is_set():
            self._take_back(model, reason)

    def _take_back(self, model: Model, why: str) -> None:
        """What hinders the way back stands on record each time: so it is not tried every second."""
        key, now_ns = (model.recipe, model.fingerprint), self._clock()
        tried_ns, hindered = self._stuck.get(key, (0, None))
        if hindered is not None and now_ns - tried_ns < AGAIN_NS:
            raise hindered
        log.warning("%s: %s", model.identity, render(why))
        try:
            self._registry.roll_back(model.recipe, BY, now_ns, why=why, model=model.fingerprint)
        except UserError as error:
            self._stuck[key] = now_ns, error
            raise
