"""What became of one case, and of all of them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Outcome:
    """One case: what was seen, and what was wrong. Empty texts and lists are good."""

    name: str
    seconds: float = 0.0
    seen: list[str] = field(default_factory=list)
    law: list[str] = field(default_factory=list)
    no_alarm: str = ""
    not_recovered: str = ""
    needless: str = ""
    skipped: str = ""

    @property
    def good(self) -> bool:
        """Whether everything held that must."""
        return not (self.law or self.no_alarm or self.not_recovered)

    @property
    def verdict(self) -> str:
        """In a few words."""
        if self.skipped:
            return f"skipped: {self.skipped}"
        words = [f"law broken: {'; '.join(self.law)}"] if self.law else []
        words += [f"no alarm: {self.no_alarm}"] if self.no_alarm else []
        words += [f"not recovered: {self.not_recovered}"] if self.not_recovered else []
        words += [f"needless: {self.needless}"] if self.needless else []
        return "; ".join(words) or "held"


def summary(outcomes: Sequence[Outcome], not_run: Sequence[str], seed: int) -> dict[str, Any]:
    """Content of the JSON report."""
    tried = [o for o in outcomes if not o.skipped]
    return {
        "cases": {
            "count": len(tried),
            "list": [
                {"name": o.name, "seconds": round(o.seconds, 1), "seen": o.seen, "said": o.verdict}
                for o in tried
            ],
        },
        "law_broken": [o.name for o in tried if o.law],
        "no_alarm": [o.name for o in tried if o.no_alarm],
        "not_recovered": [o.name for o in tried if o.not_recovered],
        "needless": [o.name for o in tried if o.needless],
        "skipped": [{"name": o.name, "why": o.skipped} for o in outcomes if o.skipped],
        "not_run": list(not_run),
        "seconds": round(sum(o.seconds for o in outcomes), 1),
        "seed": seed,
    }
