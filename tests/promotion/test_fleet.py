"""However people and monitors move models, the law of a fleet holds."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cell.config.promotion import PromotionConfig
from cell.products.trial import looks_at, stricter
from cell.products.verdict import Verdict, VerdictKind
from cell.promotion.canary import Watched, Why, must_leave
from cell.promotion.drift import Drift
from cell.promotion.errors import PromotionError
from cell.promotion.fleet import Fleet, Move, added, first, moved, rolled_back
from cell.promotion.pairs import Tally
from cell.promotion.states import State, Way

RULES = PromotionConfig(drift_margin=0.05)
MODELS = ("a", "b", "c", "d")
ORDER = st.one_of(
    st.tuples(st.just("add"), st.sampled_from(MODELS)),
    st.tuples(st.just("move"), st.sampled_from(MODELS), st.sampled_from(State)),
    st.tuples(st.just("back"), st.booleans()),
)


def obeyed(fleet: Fleet, order: tuple[object, ...]) -> tuple[Move, ...]:
    """The moves of an order; none of one that is refused."""
    with contextlib.suppress(PromotionError):
        match order:
            case "add", str(model):
                return added(fleet, model)
            case "move", str(model), State() as to:
                return moved(fleet, model, to, Way.GATE)
            case "back", bool(refuse):
                return rolled_back(fleet, refuse=refuse)
    return ()


@given(st.lists(ORDER, max_size=60))
def test_the_law_of_a_fleet(orders: list[tuple[object, ...]]) -> None:
    moves = list(first(Fleet(), "shipped"))
    fleet = Fleet.of(moves)
    for order in orders:
        new = obeyed(fleet, order)
        later = fleet
        for move in new:
            assert later.states.get(move.model) is move.before
            assert move.before is not State.REFUSED, "nobody comes back from there"
            later = later.after(move)
        states = list(later.states.values())
        assert states.count(State.ACTIVE) == 1, "one judges, always"
        assert states.count(State.CANARY) <= 1
        assert fleet.states.keys() <= later.states.keys(), "none is forgotten"
        assert later.line[-1] == later.active
        moves += new
        fleet = later
        assert Fleet.of(moves) == fleet, "the moves on record say it all"


def fleet_of(**states: State) -> Fleet:
    return Fleet(dict(states), tuple(n for n, s in states.items() if s is State.ACTIVE))


def test_who_takes_a_place_makes_room() -> None:
    fleet = fleet_of(old=State.ACTIVE, tried=State.CANARY, new=State.SHADOW)
    later = Fleet.of([])
    for move in moved(fleet, "new", State.ACTIVE, Way.OVERRIDE):
        later = (fleet if not later.states else later).after(move)
    assert dict(later.states) == {
        "old": State.RETIRED, "tried": State.SHADOW, "new": State.ACTIVE,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("model", "to"),
    [
        ("old", State.RETIRED),
        ("before", State.ACTIVE),
        ("no", State.SHADOW),
        ("unknown", State.SHADOW),
        ("new", State.RETIRED),
    ],
)
def test_ways_that_there_are_not(model: str, to: State) -> None:
    states = {"old": State.ACTIVE, "before": State.RETIRED, "no": State.REFUSED}
    with pytest.raises(PromotionError):
        moved(fleet_of(**states, new=State.CANDIDATE), model, to, Way.GATE)


def test_the_way_back_leads_past_refused_ones() -> None:
    states = {"a": State.RETIRED, "b": State.REFUSED, "c": State.ACTIVE}
    fleet = Fleet(states, ("a", "b", "c"))
    back = Fleet(states, ("a", "b", "c"))
    for move in rolled_back(fleet, refuse=True):
        back = back.after(move)
    assert back.active == "a"
    assert back.states["c"] is State.REFUSED
    with pytest.raises(PromotionError):
        rolled_back(back, refuse=True)


def test_a_share_of_the_parts_is_tried_and_stays_the_same() -> None:
    parts = [f"s1-{number}" for number in range(4000)]
    few = {part for part in parts if looks_at("m", part, 0.1)}
    assert 300 < len(few) < 500
    assert few < {part for part in parts if looks_at("m", part, 0.3)}
    assert few != {part for part in parts if looks_at("other", part, 0.1)}


PASS, REVIEW, REJECT = (Verdict(kind, f"bin {kind}", "") for kind in VerdictKind)
ACTIVE = Verdict(VerdictKind.REJECT, "of the active one", "")


@pytest.mark.parametrize(
    ("active", "candidate", "acted_on"),
    [(PASS, ACTIVE, ACTIVE), (ACTIVE, PASS, ACTIVE), (ACTIVE, REVIEW, ACTIVE)],
)
def test_the_stricter_verdict_is_acted_on(
    active: Verdict, candidate: Verdict, acted_on: Verdict
) -> None:
    assert stricter(active, candidate) is acted_on


def test_of_two_as_strict_ones_the_active_models_counts() -> None:
    other = Verdict(VerdictKind.REJECT, "of the candidate", "")
    assert stricter(ACTIVE, other) is ACTIVE


def drifted(share: float, parts: int) -> Drift:
    """A model that stopped a tenth of the parts, and now stops every so many."""
    drift, owed = Drift.from_now(0.1, RULES), 0.0
    for _ in range(parts):
        owed += share
        drift = drift.after(owed >= 1.0)
        owed -= owed >= 1.0
    return drift


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (Watched(), None),
        (Watched(Tally(neither=50, only_candidate=9)), Why.MORE_ESCAPES),
        (Watched(Tally(neither=50, open_escapes=9)), None),
        (Watched(passed=100, escaped=1), None),
        (Watched(passed=100, escaped=15), Why.ESCAPE_BOUND),
        (Watched(drifted=drifted(0.1, 2000).crossed(RULES)), None),
        (Watched(drifted=drifted(0.4, 300).crossed(RULES)), Why.DRIFT),
        (Watched(drifted=drifted(0.0, 1000).crossed(RULES)), Why.DRIFT),
    ],
    ids=["new", "worse", "unjudged", "as it was", "bound", "steady", "stops more", "stops none"],
)
def test_when_a_model_must_leave(seen: Watched, expected: Why | None) -> None:
    assert must_leave(seen, RULES) is expected
