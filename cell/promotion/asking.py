"""The gate asked with everything that is known: what both models said, and what labels say."""

from __future__ import annotations

from dataclasses import dataclass

from cell.config.promotion import PromotionConfig
from cell.labels.book import LabelBook
from cell.labels.cases import Records
from cell.people.person import SignedIn
from cell.promotion.errors import PromotionError
from cell.promotion.evidence import Match
from cell.promotion.gate import Decision, decide
from cell.promotion.judging import line_truths
from cell.promotion.model import Model
from cell.promotion.pairs import Truth
from cell.promotion.registry import Registry
from cell.promotion.states import PROVEN, State


@dataclass(frozen=True, slots=True)
class Asked:
    """What the gate says of a model now. to_judge: parts of the line that wait for a person's word;
    looks: how often both models looked at locked sets.
    """

    decision: Decision
    to_judge: tuple[str, ...]
    looks: int


class Porter:
    """Stands at the gate of one data folder. labels: None where nothing was ever labelled."""

    def __init__(
        self, registry: Registry, labels: LabelBook | None, rules: PromotionConfig
    ) -> None:
        self.registry, self._labels, self._rules = registry, labels, rules

    def ask(self, model: Model) -> Asked | None:
        """What the gate says; None of a model that judges, or where none does to compare with."""
        try:
            match = self.registry.match(model)
        except PromotionError:
            return None
        if match.active == match.candidate:
            return None
        known = self.registry.evidence(match, self._rules, self._truths(match))
        decision = decide(known.tally, known.speed, self._rules)
        return Asked(decision, known.to_judge, known.looks)

    def promote(
        self,
        model: Model,
        to: State,
        by: SignedIn,
        now_ns: int,
        *,
        why: str,
        override: bool = False,
    ) -> Decision | None:
        """See `Registry.promote`."""
        compared = to in PROVEN and self.registry.fleet(model.recipe).active is not None
        truths = self._truths(self.registry.match(model)) if compared else {}
        return self.registry.promote(
            model, to, by, now_ns, why=why, rules=self._rules, truths=truths, override=override
        )

    def _truths(self, match: Match) -> dict[str, Truth]:
        parts = self.registry.line_parts(match)
        return dict(line_truths(Records(self.registry.data_dir), self._labels, parts))
