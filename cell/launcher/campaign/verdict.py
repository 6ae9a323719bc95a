"""Whether something moved without a person's order. Pure: samples and orders in, findings out.

The belt has an order from an accepted `start` until the cell says that it does not move any more,
or until the belt came to a stand that is no waiting for the arm. The arm has one for as long as the
belt has; it may end the removal that was under way, and come to a stand. `reset`, `confirm_clear`
and `start` order it back to its place, also where the start is refused because of the arm alone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

MOVING = ("starting", "running", "stopping")
BRAKE_S = 1.5
"""From the end of its order until the belt stands at the latest."""
STAND_S = 0.5
"""A belt that stood for so long has been stopped; it does not go on by itself."""
ARM_STAND_S = 1.0
"""An arm that stood for so long has come to its end; a grip and a release are shorter."""
ARM_BEGINS_S = 20.0
"""An arm that was ordered back begins to move within this time: its process may have to start."""
REMOVAL_S = 15.0
"""A removal that was under way ends within this time."""
BELT_M = 0.002
ARM_RAD = 0.01
HOLD_SLACK_S = 0.8
STANDS_M_S = 1e-3


@dataclass(frozen=True, slots=True)
class Sample:
    """What the twin says of its belt and arm. Times everywhere: seconds of the system clock.

    `life`: how often it was switched on; what it counts begins anew with each.
    """

    at_s: float
    travel_m: float
    speed_m_s: float
    joints: tuple[float, ...]
    at_authority: bool = False
    life: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    """A person's order and the time of its answer. `for_arm`: the arm is brought back by it."""

    name: str
    sent_s: float
    answered_s: float
    accepted: bool
    for_arm: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What the cell said that it is doing, from `at_s` on."""

    at_s: float
    state: str


Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Track:
    """Everything that happened in a stretch of time. `ordered`: belt and arm had an order before.

    `holds`: when the belt stood for a removal; `removals`: from request to end.
    """

    samples: Sequence[Sample]
    orders: Sequence[Order] = ()
    told: Sequence[Told] = ()
    holds: Sequence[Span] = ()
    removals: Sequence[Span] = ()
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Motion:
    """Something moved that nobody had ordered to move."""

    what: str
    at_s: float
    amount: float

    def __str__(self) -> str:
        unit = "m" if self.what == "belt" else "rad"
        return f"the {self.what} moved by {self.amount:.3f} {unit} without an order"


def unordered_motion(track: Track) -> list[Motion]:
    """The first motion of the belt and of the arm that no order stands for."""
    belt, arm = _Belt(track), _Arm(track)
    found: dict[str, Motion] = {}
    life = track.samples[0].life if track.samples else 0
    for sample in track.samples:
        if sample.life != life:
            life = sample.life
            belt.switched_on(sample.at_s)
            arm.switched_on()
        for motion in (belt.look(sample), arm.look(sample, belt)):
            if motion is not None:
                found.setdefault(motion.what, motion)
    return list(found.values())


@dataclass(slots=True)
class _Belt:
    """The belt's order through time."""

    track: Track
    ordered: bool = False
    ended_s: float = float("-inf")
    _began_s: float = float("-inf")
    _moved: bool = False
    _stood_since: float | None = None
    _rest_m: float | None = None
    _taken: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.ordered = self._moved = self.track.ordered

    def look(self, sample: Sample) -> Motion | None:
        """Follow the order up to this sample; the motion if there was none."""
        self._hear_orders(sample.at_s)
        if self.ordered:
            self._follow(sample)
            return None
        if sample.at_s < self.ended_s + BRAKE_S:
            self._rest_m = None
            return None
        if self._rest_m is None:
            self._rest_m = sample.travel_m
        moved = sample.travel_m - self._rest_m
        return Motion("belt", sample.at_s, moved) if abs(moved) > BELT_M else None

    def switched_on(self, at_s: float) -> None:
        """Whatever was ordered before is over."""
        self._end(at_s - BRAKE_S)
        self._rest_m = None

    def _hear_orders(self, now_s: float) -> None:
        for index, order in enumerate(self.track.orders):
            known = index in self._taken or order.sent_s > now_s
            if known or order.name != "start" or not order.accepted:
                continue
            self._taken.add(index)
            self.ordered, self._began_s = True, order.answered_s
            self._moved, self._stood_since, self._rest_m = False, None, None

    def _follow(self, sample: Sample) -> None:
        told = _told(self.track.told, sample.at_s)
        if told is not None and told.at_s > self._began_s and told.state not in MOVING:
            self._end(sample.at_s)
            return
        if sample.speed_m_s > STANDS_M_S:
            self._moved, self._stood_since = True, None
        elif self._moved and not self._held(sample):
            since = sample.at_s if self._stood_since is None else self._stood_since
            self._stood_since = since
            if sample.at_s - since >= STAND_S:
                self._end(sample.at_s)
        else:
            self._stood_since = None

    def _held(self, sample: Sample) -> bool:
        return sample.at_authority or any(
            start - HOLD_SLACK_S <= sample.at_s <= end + HOLD_SLACK_S
            for start, end in self.track.holds
        )

    def _end(self, at_s: float) -> None:
        self.ordered, self.ended_s, self._stood_since = False, at_s, None


@dataclass(slots=True)
class _Arm:
    """The arm's order through time."""

    track: Track
    _may_end: bool = False
    _begins_until_s: float = float("-inf")
    _began: bool = True
    _stood_since: float | None = None
    _last: Sample | None = None
    _rest: tuple[float, ...] | None = None
    _taken: set[int] = field(default_factory=set)

    def look(self, sample: Sample, belt: _Belt) -> Motion | None:
        """Follow the order up to this sample; the motion if there was none."""
        self._hear_orders(sample.at_s)
        still = self._last is None or _turned(sample.joints, self._last.joints) < ARM_RAD / 2.0
        self._last = sample
        if belt.ordered:
            self._may_end, self._began, self._stood_since, self._rest = True, True, None, None
            return None
        if self._removing(sample.at_s, belt.ended_s):
            self._may_end, self._stood_since, self._rest = True, None, None
            return None
        if self._may_end:
            self._come_to_an_end(sample.at_s, still)
            self._rest = sample.joints
            return None
        if self._rest is None:
            self._rest = sample.joints
        moved = _turned(sample.joints, self._rest)
        return Motion("arm", sample.at_s, moved) if moved > ARM_RAD else None

    def switched_on(self) -> None:
        """Whatever was ordered before is over."""
        self._may_end, self._last, self._rest = False, None, None

    def _come_to_an_end(self, now_s: float, still: bool) -> None:
        if not still:
            self._began, self._stood_since = True, None
            return
        if not self._began and now_s < self._begins_until_s:
            return
        since = now_s if self._stood_since is None else self._stood_since
        self._stood_since = since
        self._may_end = now_s - since < ARM_STAND_S

    def _hear_orders(self, now_s: float) -> None:
        for index, order in enumerate(self.track.orders):
            if index in self._taken or order.sent_s > now_s:
                continue
            self._taken.add(index)
            if order.for_arm:
                self._may_end, self._began, self._stood_since = True, False, None
                self._begins_until_s = order.answered_s + ARM_BEGINS_S

    def _removing(self, now_s: float, ended_s: float) -> bool:
        """Whether a removal goes on that began before the order ended."""
        return any(
            start <= min(now_s, ended_s) and now_s <= min(end, ended_s + REMOVAL_S)
            for start, end in self.track.removals
        )


def _told(told: Sequence[Told], at_s: float) -> Told | None:
    index = bisect_right([word.at_s for word in told], at_s)
    return told[index - 1] if index else None


def _turned(joints: tuple[float, ...], other: tuple[float, ...]) -> float:
    return max((abs(a - b) for a, b in zip(joints, other, strict=True)), default=0.0)
