"""Keeps the candidates that are in the shadow at work, and takes down what they say."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Final

from cell.config import CellConfig
from cell.config.load import dump
from cell.labels.book import LabelBook
from cell.people.person import How, SignedIn
from cell.people.roles import Role
from cell.products.lookup import load_inspection_parts
from cell.promotion.disagreement import queue_disagreement
from cell.promotion.evidence import Looked, Match
from cell.promotion.model import Model
from cell.promotion.pairs import Pair, Source, Truth
from cell.promotion.registry import Registry
from cell.promotion.shadow.answer import Answer
from cell.promotion.shadow.child import Child, LostError, command
from cell.promotion.shadow.parts import LinePart, OwnWord, newest
from cell.promotion.states import State
from cell.texts import render, say
from cell.training.line import Line
from cell.training.pausing import Rule, before_the_first_step, judge
from models.ground.errors import UserError

SHADOW: Final = SignedIn("(shadow)", Role.ADMIN, How.SHELL)
"""Who takes a candidate out of the shadow that crashes there."""
CRASHES: Final = 3
EVERY_S: Final = 1.0
LOG: Final = "shadow.txt"
CONFIG: Final = "shadow.yaml"
"""What the candidates' processes read."""

log = logging.getLogger(__name__)


class ShadowKeeper:
    """Works in a thread from `start` to `close`, or a `turn` at a time. clock: the system clock
    [ns].

    problem: why nothing is looked at now, '' while all is well.
    """

    def __init__(
        self,
        config: CellConfig,
        registry: Registry,
        labels: LabelBook,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._config = config
        self._registry, self._labels, self._clock = registry, labels, clock
        self._line = Line(config.data_dir)
        self._standing = before_the_first_step(clock())
        self._rule = Rule(config.training.slower_share, config.training.hold_s)
        self._children: dict[str, Child] = {}
        self._known: dict[Match, set[str]] = {}
        self._active: dict[Match, str] = {}
        """Identity, as it stands on records, of what judges beside each candidate."""
        self._own = OwnWord(config.data_dir)
        self._crashes: Counter[str] = Counter()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="shadow", daemon=True)
        self.problem = ""

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End, and the candidates' processes with it."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        for child in self._children.values():
            child.close()
        self._children.clear()

    def turn(self) -> int:
        """Let each candidate look at what is new; at how many parts they looked."""
        try:
            models = [one for one in self._registry.models() if one.state is State.SHADOW]
        except UserError as error:
            self.problem = str(error)
            return 0
        for gone in set(self._children) - {one.fingerprint for one in models}:
            self._children.pop(gone).close()
        looked, problem = 0, ""
        for model in models:
            try:
                looked += self._look(model)
            except UserError as error:  # a candidate's trouble is not the next one's
                problem = str(error)
        if problem and problem != self.problem:
            log.warning("shadow: %s", render(problem))
        self.problem = problem
        return looked

    def _run(self) -> None:
        while not self._ended.is_set():
            if not self.turn():
                self._ended.wait(EVERY_S)

    def _look(self, model: Model) -> int:
        match = self._registry.match(model)
        known = self._known.setdefault(match, set(self._registry.line_parts(match)))
        config = self._config
        if match not in self._active:  # packages are read whole: not at each turn
            self._active[match] = load_inspection_parts(config, model.recipe).identity
        active = self._active[match]
        behind, since_ns = config.promotion.shadow_behind, self._since(model)
        looked = 0
        parts = list(newest(config.data_dir, model.recipe, active, since_ns, known, behind))
        # A verdict may be a stricter one, of a model on trial: the active one's own is compared.
        self._own.read_on(self._ended.is_set)
        for part in map(self._own.of, parts):
            if self._ended.is_set() or self._must_wait():
                break
            try:
                said = self._child(model).ask(part.view)
            except LostError as error:
                self._children.pop(model.fingerprint, None)
                if self._ended.is_set():
                    break
                self._crashed(model, error)
                raise
            self._take_down(model, match, part, said)
            known.add(part.part)
            looked += 1
        return looked

    def _since(self, model: Model) -> int:
        moves = self._registry.events(model.recipe, model.fingerprint)
        return max((one.at_ns for one in moves if one.move.after is State.SHADOW), default=0)

    def _must_wait(self) -> bool:
        """Whether the line has got slower since candidates look at its parts."""
        self._standing = judge(self._standing, self._line.verdicts(), self._rule, self._clock())
        return self._standing.paused

    def _child(self, model: Model) -> Child:
        if model.fingerprint not in self._children:
            folder = self._registry.folder(model)
            file = self._config.data_dir / CONFIG
            dump(self._config, file)
            words = command(model.recipe, folder, file)
            patience_s = self._config.promotion.shadow_patience_s
            path = self._config.data_dir / LOG
            child = Child(words, path, patience_s, self._ended.is_set)
            self._children[model.fingerprint] = child
        return self._children[model.fingerprint]

    def _crashed(self, model: Model, error: LostError) -> None:
        """Once more, and then no more: the candidate goes back to where it looks at nothing."""
        self._crashes[model.fingerprint] += 1
        if self._crashes[model.fingerprint] < CRASHES:
            return
        del self._crashes[model.fingerprint]
        why = say("shadow.given_up", times=CRASHES, why=str(error))
        rules = self._config.promotion
        self._registry.promote(model, State.CANDIDATE, SHADOW, self._clock(), why=why, rules=rules)

    def _take_down(self, model: Model, match: Match, part: LinePart, said: Answer) -> None:
        now = self._clock()
        pair = Pair(part.part, Source.SHADOW, Truth.UNKNOWN, part.said, said.kind)
        self._registry.note_line(match, [Looked(pair, part.name, said.ms, said.engine)], now)
        queue_disagreement(self._labels, model, part, said.kind, said.defects, now)
