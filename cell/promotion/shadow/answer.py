"""What a candidate says of a view, as a line between two processes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from cell.products.verdict import VerdictKind
from vision.types import Defect


@dataclass(frozen=True, slots=True)
class Answer:
    """ms: what the inspection took; engine: on which, '' where it could not be inspected; trouble:
    why not, rendered for a log.
    """

    kind: VerdictKind
    ms: float
    engine: str = ""
    defects: tuple[Defect, ...] = ()
    trouble: str = ""

    def line(self) -> str:
        """As one line of JSON."""
        return json.dumps(asdict(self))


def answer_of(line: str) -> Answer:
    """What a line says. Raises ValueError, TypeError, KeyError for one that is none."""
    told = json.loads(line)
    defects = tuple(Defect(**one) for one in told["defects"])
    return Answer(**{**told, "kind": VerdictKind(told["kind"]), "defects": defects})
