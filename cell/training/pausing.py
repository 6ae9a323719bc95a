"""When a job waits for the line: a pure rule, with hysteresis.

Verdicts are compared with what they take on this line while the job stands still. So the line is
first watched without it; then the job runs until verdicts get slower, or one comes too late. It
then waits, each time twice as long, and the line is measured anew: a line that is slow by itself
keeps no job waiting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import quantiles

from cell.texts import say

SECOND = 1_000_000_000
LOOKED_AT = 10
"""Verdicts by which the line is judged, the latest ones."""
SLOW = 3
"""So many of them must be slow."""
SLACK_MS = 10.0
"""What a verdict may take longer in any case: clocks and schedulers are no finer."""
STILL_S = 20.0
"""A line without a verdict for so long stands still."""
MOST_HOLD_S = 900.0
QUIET_S = 600.0
"""After so long at work without a pause the next one is a short one again."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One verdict of the line: when, how long after the exposure [ms], and whether it came too late
    to count.
    """

    stamp_ns: int
    latency_ms: float
    late: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """slower_share: by how much slower verdicts may get; hold_s: shortest pause."""

    slower_share: float = 0.25
    hold_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Standing:
    """How the job stands towards the line, since when. usual_ms: what nine of ten verdicts take
    without it, None while nobody knows; hold_s: how long the next pause is.
    """

    paused: bool
    since_ns: int
    usual_ms: float | None = None
    hold_s: float = 0.0
    held_ns: int = 0
    why: str = ""


def before_the_first_step(now_ns: int) -> Standing:
    """Nothing has run yet: what the line has done so far, it has done without the job."""
    return Standing(True, since_ns=0, held_ns=now_ns)


def judge(standing: Standing, seen: Sequence[Judged], rule: Rule, now_ns: int) -> Standing:
    """Whether the job runs or waits from now on. seen: the line's latest verdicts, in any order."""
    recent = [one for one in seen if one.stamp_ns > now_ns - int(STILL_S * SECOND)]
    mine = sorted((one for one in seen if one.stamp_ns > standing.since_ns), key=_stamp)
    latest = mine[-LOOKED_AT:]
    if standing.paused:
        return _go_on(standing, recent, latest, rule, now_ns)
    if not recent:
        return standing
    if standing.usual_ms is None:
        return _wait(standing, rule.hold_s, now_ns, say("training.why.looking"))
    if any(one.late for one in latest):
        return _back_off(standing, rule, now_ns, say("training.why.late"))
    limit = standing.usual_ms + max(SLACK_MS, rule.slower_share * standing.usual_ms)
    slow = [one.latency_ms for one in latest if one.latency_ms > limit]
    if len(slow) < SLOW:
        return standing
    why = say("training.why.slower", usual=standing.usual_ms, now=sorted(slow)[len(slow) // 2])
    return _back_off(standing, rule, now_ns, why)


def _go_on(
    standing: Standing,
    recent: Sequence[Judged],
    latest: Sequence[Judged],
    rule: Rule,
    now_ns: int,
) -> Standing:
    """After the pause's time, when the line stands still or is known anew."""
    if now_ns < standing.held_ns:
        return standing
    known = len(latest) >= LOOKED_AT
    if recent and not known:
        return replace(standing, why=standing.why or say("training.why.looking"))
    usual = _nine_of_ten(latest) if known else standing.usual_ms
    hold = standing.hold_s or rule.hold_s
    return Standing(False, now_ns, usual, hold)


def _back_off(standing: Standing, rule: Rule, now_ns: int, why: str) -> Standing:
    calm = now_ns - standing.since_ns > int(QUIET_S * SECOND)
    hold = rule.hold_s if calm else standing.hold_s or rule.hold_s
    waiting = _wait(standing, hold, now_ns, why)
    return replace(waiting, hold_s=min(2.0 * hold, MOST_HOLD_S))


def _wait(standing: Standing, hold_s: float, now_ns: int, why: str) -> Standing:
    return replace(
        standing, paused=True, since_ns=now_ns, held_ns=now_ns + int(hold_s * SECOND), why=why
    )


def _nine_of_ten(latest: Sequence[Judged]) -> float:
    return quantiles([one.latency_ms for one in latest], n=10, method="inclusive")[-1]


def _stamp(one: Judged) -> int:
    return one.stamp_ns
