"""Keeps trials: takes down what models on trial say, and takes their say from those that must not
have it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from cell.config.promotion import PromotionConfig
from cell.control.ledger.events import Tried
from cell.labels.book import LabelBook
from cell.people.person import How, SignedIn
from cell.people.roles import Role
from cell.promotion.canary import Watched, must_leave
from cell.promotion.evidence import Looked, Match
from cell.promotion.judging import truths_of
from cell.promotion.model import Model
from cell.promotion.pairs import Pair, Source, Tally, Truth
from cell.promotion.registry import Registry
from cell.promotion.states import State
from cell.promotion.trial import Trial
from cell.promotion.words import TRIAL
from cell.records.tried import tried_since
from cell.texts import render, say
from models.ground.errors import UserError

BY: Final = SignedIn(TRIAL, Role.ADMIN, How.SHELL)
EVERY_S: Final = 1.0

log = logging.getLogger(__name__)


class TrialKeeper:
    """Works in a thread from `start` to `close`, or a `turn` at a time. clock: the system clock
    [ns].

    problem: why nothing is taken down now, '' while all is well.
    """

    def __init__(
        self,
        data_dir: Path,
        rules: PromotionConfig,
        registry: Registry,
        labels: LabelBook,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._journal, self._rules = data_dir / "journal.db", rules
        self._registry, self._labels, self._clock = registry, labels, clock
        self._read: dict[Match, int] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="trials", daemon=True)
        self.problem = ""

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
        problem = ""
        try:
            for model in self._registry.models():
                if model.state is State.CANARY:
                    self._look(model)
        except UserError as error:
            problem = str(error)
        if problem and problem != self.problem:
            log.warning("trials: %s", render(problem))
        self.problem = problem

    def _run(self) -> None:
        while not self._ended.is_set():
            self.turn()
            self._ended.wait(EVERY_S)

    def _look(self, model: Model) -> None:
        match = self._registry.match(model)
        self._take_down(match)
        truths = truths_of(self._labels, self._registry.line_parts(match, Source.CANARY))
        seen = watched(self._registry.on_trial(match, truths))
        why = must_leave(seen, self._rules, Trial())
        if why is not None:
            reason = say(f"trial.left.{why}")
            self._registry.roll_back(model.recipe, BY, self._clock(), why=reason)

    def _take_down(self, match: Match) -> None:
        after = self._read.get(match, 0)
        known = set(self._registry.line_parts(match, Source.CANARY))
        fresh = []
        for seq, tried in tried_since(self._journal, after):
            after = seq
            mine = (tried.package, tried.against) == (match.candidate, match.active)
            if mine and tried.part not in known:
                fresh.append(_looked(tried))
        if fresh:
            self._registry.note_line(match, fresh, self._clock())
        self._read[match] = after


def watched(tally: Tally) -> Watched:
    """What speaks for and against a model on trial, of the parts that it has looked at there."""
    passed_good = tally.good - tally.false_rejects - tally.reviews
    escaped = tally.both + tally.only_candidate
    return Watched(tally, passed_good + escaped, escaped)


def _looked(tried: Tried) -> Looked:
    pair = Pair(tried.part, Source.CANARY, Truth.UNKNOWN, tried.active, tried.candidate)
    return Looked(pair, f"{tried.part}-{tried.trigger}", tried.total_ms, tried.engine)
