"""Watches the models that judge: how large a share of the parts each stops, and how many of those
that it passed are defective.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cell.config.promotion import PromotionConfig
from cell.labels.book import LabelBook
from cell.promotion.canary import Why
from cell.promotion.evidence import Said
from cell.promotion.judging import truths_of
from cell.promotion.model import Model
from cell.promotion.registry import Registry
from cell.promotion.share import Shares, share_of
from cell.promotion.states import State, Way
from cell.promotion.turn import KINDS, Passed, Turn, lets_too_many_pass
from cell.records.following import follow

MOST_BEFORE: Final = 5
"""Times `drift_first`: of the parts that a model saw before it judged, the newest ones count."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What is known of a model that judges. why: what speaks against it; back: whether it must give
    its place back by itself, else people are told; before: whether anybody has judged before it.
    """

    shares: Shares
    passed: Passed
    why: Why | None = None
    back: bool = False
    before: bool = False


@dataclass(frozen=True, slots=True)
class Began:
    """Since when a model judges as it does now (system clock, ns). promoted_ns: when it got its
    place; tuned_ns: when its recipe's thresholds changed, 0 if never. gone_back: it was gone back
    to, and is not new.
    """

    promoted_ns: int
    tuned_ns: int
    gone_back: bool

    @property
    def since_ns(self) -> int:
        """The later one: by other thresholds a model stops another share."""
        return max(self.promoted_ns, self.tuned_ns)


class ActiveWatch:
    """Follows the journal, a turn of a model at a time; after a restart it is read again. stop:
    says that nobody wants to know any more.
    """

    def __init__(
        self,
        data_dir: Path,
        rules: PromotionConfig,
        registry: Registry,
        labels: LabelBook,
        stop: Callable[[], bool],
    ) -> None:
        self._journal, self._rules = data_dir / "journal.db", rules
        self._registry, self._labels, self._stop = registry, labels, stop
        self._turns: dict[str, tuple[tuple[str, Began], Turn]] = {}
        self._places: dict[str, int] = {}

    def look(self, model: Model) -> Watch:
        """What is known of it now. Raises RegistryError, JournalError, LabelError."""
        began = self._began(model)
        turn = self._turn(model, began)
        self._read_on(turn)
        shares, seen = turn.share.shares, {*turn.audits, *turn.rejected}
        passed = turn.passed(truths_of(self._labels, seen, set(turn.rejected)))
        before = self._registry.fleet(model.recipe).before is not None
        why = against(shares, passed, self._rules)
        back = before and must_go_back(why, shares, began, self._rules)
        return Watch(shares, passed, why, back, before)

    def _began(self, model: Model) -> Began:
        moves = self._registry.events(model.recipe, model.fingerprint)
        last = [one for one in moves if one.move.after is State.ACTIVE][-1]
        tuned = self._registry.thresholds(model.recipe)
        tuned_ns = tuned[-1].at_ns if tuned else 0
        return Began(last.at_ns, tuned_ns, last.move.way is Way.ROLLBACK)

    def _turn(self, model: Model, began: Began) -> Turn:
        key = model.fingerprint, began
        known = self._turns.get(model.recipe)
        if known is not None and known[0] == key:
            return known[1]
        said = self._registry.line_said(model.recipe, model.fingerprint)
        earlier = [one for one in said if began.tuned_ns < one.at_ns <= began.promoted_ns]
        turn = Turn(
            model.recipe,
            model.fingerprint,
            began.since_ns,
            self._rules,
            self._labels.settings.audit_share,
            before_it(earlier, self._rules),
        )
        self._turns[model.recipe], self._places[model.recipe] = (key, turn), 0
        return turn

    def _read_on(self, turn: Turn) -> None:
        place = self._places[turn.recipe]
        while not self._stop():
            until, last, events = follow(self._journal, place, KINDS)
            if until < place:  # another journal lies there
                del self._turns[turn.recipe]
                return
            for event in events:
                turn.tell(event)
            self._places[turn.recipe] = place = until
            if until >= last:
                return


def before_it(said: list[Said], rules: PromotionConfig) -> tuple[int, int]:
    """Parts that a model stopped, and saw, of the newest ones before it had its place."""
    return share_of([one.stopped for one in said][-MOST_BEFORE * rules.drift_first :])


def against(shares: Shares, passed: Passed, rules: PromotionConfig) -> Why | None:
    """What speaks against a model that judges."""
    if lets_too_many_pass(passed, rules):
        return Why.ESCAPE_BOUND
    return None if shares.change is None else Why.DRIFT


def must_go_back(why: Why | None, shares: Shares, began: Began, rules: PromotionConfig) -> bool:
    """Whether a model gives its place back by itself.

    That it lets defective parts pass is its own fault at any age. Another share has two causes, the
    model or the parts: while a model is young, its own is the likelier one, later the parts'. One
    that was gone back to, or judges by other thresholds than it was promoted with, is not new:
    going back further would follow the parts down the whole line of models.
    """
    if why is None or why is Why.ESCAPE_BOUND:
        return why is Why.ESCAPE_BOUND
    new = not began.gone_back and began.tuned_ns <= began.promoted_ns
    young = new and shares.parts <= rules.young_parts
    return young and rules.on_drift == "roll_back"
