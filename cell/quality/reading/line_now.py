"""The running line's monitors as they stand, from the inspector's file: for pages and programs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from cell.config import CellConfig
from cell.quality.line_watch import Drifted
from cell.quality.monitor_files import BROKEN, FILE, Anew, Orders, read_known
from cell.quality.studies.errors import StudyError
from cell.quality.usual import Usual
from cell.quality.watched_part import CLASS
from cell.quality.watches import ALL, Kept
from cell.texts import say

SIGNED: Final = ("lateral_m", "yaw_rad")
"""Numbers that may be negative; a limit of another one below zero is none."""


@dataclass(frozen=True, slots=True)
class NumberNow:
    """A number as it stands. usual, low, high, now: of its average, in its own unit; drifted:
    whether its advisory stands; left: when it last left its limits [part, ns]; trail: (part,
    average).
    """

    name: str
    usual: float
    low: float
    high: float
    now: float
    drifted: bool
    left: tuple[int, int] | None
    trail: tuple[tuple[int, float], ...]

    def told(self, value: float) -> str:
        """A value of it, as finely as its limits are worth reading."""
        wide = self.high - self.low
        digits = max(0, 2 - math.floor(math.log10(wide))) if wide > 0.0 else 4
        return f"{round(value, digits) + 0.0:.{digits}f}"


@dataclass(frozen=True, slots=True)
class WatchNow:
    """A watch. of: `scene` or `model`; key: of which; current: the newest part was its; seen: parts
    since it began; learnt: of how many parts of its baseline it knows, None where it watches;
    anew: the newest order that it has followed, or follows with its next part (`waits`).
    """

    product: str
    of: str
    key: str
    current: bool
    seen: int
    learnt: int | None
    baseline: int
    numbers: tuple[NumberNow, ...]
    unsettled: tuple[Drifted, ...]
    anew: Anew | None
    waits: bool


@dataclass(frozen=True, slots=True)
class LineNow:
    """All of them, those of the newest part first; orders: to begin anew, the newest of each
    product; lost: what was usual could not be read, and is learnt anew.
    """

    watches: tuple[WatchNow, ...]
    orders: tuple[Anew, ...]
    lost: bool


def line_now(config: CellConfig) -> LineNow:
    """Read it. Waits for the disk. Raises StudyError."""
    quality = config.quality
    try:
        known = read_known(config.data_dir, quality.baseline_parts, quality.advisory_run)
    except BROKEN as error:
        raise StudyError(say("quality.line.unreadable", file=FILE, error=str(error))) from None
    orders = Orders(config.data_dir).now()
    by_product = {one.product: one for one in orders}
    of = (("scene", known.watches.scenes), ("model", known.watches.models))
    found = [
        _watch(name, key, one, known.where or ("", "", ""), by_product)
        for name, kept in of
        for key, one in reversed([*kept.items()])
    ]
    return LineNow(tuple(sorted(found, key=lambda one: not one.current)), orders, known.lost)


def _watch(
    of: str, key: str, kept: Kept, where: tuple[str, str, str], orders: dict[str, Anew]
) -> WatchNow:
    product = key.partition("/" if of == "scene" else "@")[0]
    watch = kept.watch
    own = [orders[one] for one in (product, ALL) if one in orders]
    new = [one for one in own if kept.orders.get(one.product) != one.id]
    return WatchNow(
        product, of, key, key == where[1 if of == "scene" else 2], watch.seen,
        len(watch.learnt) if watch.learning else None, watch.baseline,
        tuple(_number(name, one) for name, one in watch.usual.items()), watch.unsettled,
        max(new or own, key=lambda one: one.at_ns, default=None), bool(new),
    )  # fmt: skip


def _number(name: str, one: Usual) -> NumberNow:
    low, high = one.limits
    if name not in SIGNED:
        low = max(0.0, low)
    if name.startswith(CLASS):
        high = min(1.0, high)
    return NumberNow(
        name, one.mean, low, high, one.now, one.raised is not None, one.left, one.trail
    )
