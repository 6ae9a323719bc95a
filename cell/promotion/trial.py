"""How a new model is tried on the line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trial:
    """How far a new model is trusted at first.

    escape_bound: share of the parts that it passed and
    somebody judged which may be defective. drift_margin: by how much the share of parts that it
    stops may change; drift_run: parts in which one false alarm of that is borne with on average.
    """

    escape_bound: float = 0.02
    drift_margin: float = 0.1
    drift_run: int = 20_000
