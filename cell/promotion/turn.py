"""An active model's turn, as the journal tells it: what it said of each part, by itself, and which
of the parts that it passed people have rejected. Pure.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cell.config.promotion import PromotionConfig
from cell.control.ledger.events import (
    Event,
    Judged,
    Reassessed,
    RecipeSelected,
    SessionStarted,
    Tried,
)
from cell.products.drawing import drawn
from cell.products.verdict import VerdictKind
from cell.promotion.betting import needed, together
from cell.promotion.claims import Below
from cell.promotion.pairs import Truth
from cell.promotion.share import ShareWatch

KINDS: Final = ("session_started", "recipe_selected", "judged", "reassessed", "tried")
"""Events that a turn is told of, by their names in the journal."""
ON_THE_BELT: Final = 1000
"""Parts that a person may still override, or speak of after the fact."""
REMEMBERED: Final = 2000
"""Audits, and parts that people rejected: the newest ones."""


@dataclass(frozen=True, slots=True)
class Passed:
    """Parts that a model passed. known: those known to be defective, of all `parts`. audited,
    escaped: those drawn at random that have a label, and the defective ones among them.
    """

    parts: int = 0
    known: int = 0
    audited: int = 0
    escaped: int = 0


def lets_too_many_pass(passed: Passed, rules: PromotionConfig) -> bool:
    """Whether it is proven that more than `escape_bound` of the parts that it passes are defective.

    Audits are drawn at random and tell the share as it is. What people rejected on the line they
    have found by looking, so it is held against all parts that it passed: that tells at least how
    large the share is. Half of the capital is bet on each.
    """
    claim = Below(rules.escape_bound)
    of_all = claim.against_it((passed.parts - passed.known, passed.known))
    audits = claim.against_it((passed.audited - passed.escaped, passed.escaped))
    return float(together(of_all, audits)) >= needed(rules.confidence)


class Turn:
    """One model of one recipe, by its fingerprint, since a moment (system clock, ns). before: see
    `ShareWatch`; audit_share: of the passed parts that are queued at random.
    """

    def __init__(
        self,
        recipe: str,
        package: str,
        since_ns: int,
        rules: PromotionConfig,
        audit_share: float,
        before: tuple[int, int] = (0, 0),
    ) -> None:
        self.recipe, self.package, self.since_ns = recipe, package, since_ns
        self.share = ShareWatch(rules, before)
        self.parts_passed = 0
        self.audits: deque[str] = deque(maxlen=REMEMBERED)
        self.rejected: deque[str] = deque(maxlen=REMEMBERED)
        self._audit_share = audit_share
        self._judges = ("", "")
        self._own: OrderedDict[str, VerdictKind] = OrderedDict()
        self._tried: OrderedDict[str, VerdictKind] = OrderedDict()

    def tell(self, event: Event) -> None:
        """The next event."""
        match event:
            case SessionStarted() | RecipeSelected():
                self._judges = event.recipe.partition("@")[0], event.package
            case Tried():
                _keep(self._tried, event.part, event.active)
            case Judged(by="ledger"):
                pass  # nobody has asked the model
            case Judged(by="recipe"):
                self._judged(event)
            case Judged():
                self._overridden(event.part, event.verdict.kind)
            case Reassessed():
                self._overridden(event.part, event.verdict)

    def passed(self, truths: Mapping[str, Truth]) -> Passed:
        """What is known of the parts that it passed. truths: what labels, and people who rejected
        parts of the line, say.
        """
        defective = {
            part for part in (*self.audits, *self.rejected) if truths.get(part) is Truth.DEFECTIVE
        }
        # An audit counts when its label is there: an override comes for defective ones alone.
        overridden = set(self.rejected)
        labelled = [one for one in self.audits if one in truths and one not in overridden]
        return Passed(
            parts=self.parts_passed,
            known=len(defective),
            audited=len(labelled),
            escaped=sum(one in defective for one in labelled),
        )

    def _judged(self, event: Judged) -> None:
        own = self._tried.pop(event.part, event.verdict.kind)
        mine = self._judges == (self.recipe, self.package) and event.stamp_ns >= self.since_ns
        if not mine or event.part in self._own:
            return
        _keep(self._own, event.part, own)
        self.share.add(own is not VerdictKind.PASS, event.stamp_ns)
        if own is VerdictKind.PASS:
            self.parts_passed += 1
            if drawn("audit", event.part, self._audit_share):
                self.audits.append(event.part)

    def _overridden(self, part: str, kind: VerdictKind | None) -> None:
        if self._own.get(part) is not VerdictKind.PASS:
            return
        was = part in self.rejected
        if kind is VerdictKind.REJECT and not was:
            self.rejected.append(part)
        elif kind is not VerdictKind.REJECT and was:
            self.rejected.remove(part)


def _keep(known: OrderedDict[str, VerdictKind], part: str, kind: VerdictKind) -> None:
    known[part] = kind
    if len(known) > ON_THE_BELT:
        known.popitem(last=False)
