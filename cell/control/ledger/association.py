"""Which picture shows which part: exposures to parts by belt travel, pictures to exposures by time.

An association is made only when nothing that is still on its way could make it wrong. What stays
without one is not inspected.
"""

from __future__ import annotations

from collections.abc import Iterable

from cell.control.ledger.account import Account, Exposure, SeenFrame
from cell.control.ledger.config import LedgerConfig

NS = 1e-9


def part_of_exposure(
    exposure: Exposure, accounts: Iterable[Account], travel_m: float, config: LedgerConfig
) -> str | None:
    """The one part whose trigger point, `travel_m` after its arrival, is this exposure's; None:
    none or several.
    """
    near = [
        a
        for a in accounts
        if abs(exposure.encoder_m - a.arrival_encoder_m - travel_m)
        <= config.association_tolerance_m
    ]
    return near[0].part if len(near) == 1 and near[0].exposure == 0 else None


def exposure_of_frame(
    frame: SeenFrame,
    frames: Iterable[SeenFrame],
    exposures: dict[int, Exposure],
    forgotten: int,
    known_until_ns: int,
    offset: int | None,
    config: LedgerConfig,
) -> int | None:
    """Index of the exposure that made this picture; None: not certain, or not certain yet.

    `exposures` are the latches seen, all later than index `forgotten`; every latch up to
    `known_until_ns` is counted. `offset` is exposure index minus trigger number at the last
    association. The nearest free latch within the window wins if it agrees with the offset; without
    that it must be the only one, with no other picture near. A latch that was counted but never
    seen spoils every picture that could be its own.
    """
    if known_until_ns < frame.exposure_ns + config.association_skew_s / NS:
        return None
    near = [x for x in exposures.values() if x.trigger == 0 and _fits(frame, x, config)]
    if not near:
        return None
    nearest = min(near, key=lambda x: abs(x.exposure_ns - frame.exposure_ns))
    if _latch_lost_near(frame, exposures, forgotten, config):
        return None
    if offset is not None and nearest.index - frame.trigger == offset:
        return nearest.index
    rivals = [
        s
        for s in frames
        if s.exposure == 0 and s.trigger != frame.trigger and _fits(s, nearest, config)
    ]
    return nearest.index if len(near) == 1 and not rivals else None


def _fits(frame: SeenFrame, exposure: Exposure, config: LedgerConfig) -> bool:
    """Whether the picture's stamp lies in the exposure's window."""
    late_s = (frame.exposure_ns - exposure.exposure_ns) * NS
    return -config.association_skew_s <= late_s <= config.association_tolerance_s


def _latch_lost_near(
    frame: SeenFrame, exposures: dict[int, Exposure], forgotten: int, config: LedgerConfig
) -> bool:
    """Whether a latch that was counted but never seen could lie in the picture's window."""
    start = frame.exposure_ns - config.association_tolerance_s / NS
    end = frame.exposure_ns + config.association_skew_s / NS
    before_ns, before = 0, forgotten
    for index in sorted(exposures):
        stamp = exposures[index].exposure_ns
        if index > before + 1 and stamp >= start and before_ns <= end:
            return True
        before, before_ns = index, stamp
    return False
