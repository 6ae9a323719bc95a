"""Bins at the real twin: filled by real rejects, exchanged at the real page in a real browser,
whatever the arm does meanwhile and whoever is killed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("selenium", reason="pip install selenium, and chromium with chromium-driver")

from cell.control.ledger import events as e
from cell.control.ledger.events import Event
from cell.texts import tr
from tests.hmi.browsing import Page
from tests.hmi.conftest import CHROMIUM, DRIVER, chromium, until
from tests.system.hands import Operator
from tests.system.plant import Plant, running

HOST, DOMAIN = "127.0.43.1", 43
BINS = ("rework", "review", "scrap")
CAPACITY = 3
SETTINGS = {"ledger": {"bin_capacity": dict.fromkeys(BINS, CAPACITY)}, "belt.speed_m_s": 0.14}
WORDS = ("--start", "--defective", "0.6", "--seed", "5", "--pitch", "0.4")
TRIES = 6
"""To touch a key at a moment that lasts a second, on a machine that is busy."""


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    made = Plant(tmp_path_factory.mktemp("bins"), HOST, DOMAIN)
    with running(made, *WORDS, settings=SETTINGS):
        yield made


@pytest.fixture(scope="module")
def eyes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if CHROMIUM is None or DRIVER is None:
        pytest.skip("needs chromium and chromedriver (Debian: chromium, chromium-driver)")
    from selenium import webdriver

    made = chromium(webdriver, tmp_path_factory.mktemp("chromium"), flat=True)
    yield made
    made.quit()


@pytest.fixture
def operator(plant: Plant, eyes: Any) -> Operator:
    """At the bins of a running cell, all of which are empty and in place."""
    made = Operator(plant, Page(eyes, until))
    made.arrive()
    empty(made, 1)
    made.go_on()
    return made


def empty(operator: Operator, least: int) -> None:
    """Exchange the bins that hold so many parts, and put back those that are out."""
    for name, count in held(operator.plant.follow()).items():
        if count is not None and count >= least:
            operator.take_out(name)
        if count is None or count >= least:
            operator.put_in(name)


def held(events: list[Event]) -> dict[str, int | None]:
    """What the journal says that each bin holds; None: it is out."""
    found: dict[str, int | None] = dict.fromkeys(BINS, 0)
    for one in events:
        match one:
            case e.Removed():
                found[one.bin] = (found[one.bin] or 0) + 1
            case e.Purged():
                for name in one.bins:
                    found[name] = (found[name] or 0) + 1
            case e.BinOpened():
                found[one.bin] = None
            case e.BinExchanged():
                found[one.bin] = 0
            case _:
                pass
    return found


def broken(events: list[Event]) -> list[str]:
    """Where the law of the bins did not hold."""
    found, out, parts = [], set[str](), Counter[str]()
    for one in events:
        match one:
            case e.BinOpened():
                out.add(one.bin)
            case e.BinExchanged():
                out.discard(one.bin)
                parts[one.bin] = 0
            case e.RemovalRequested() | e.Lifted() if out:
                found.append(f"{one} while {out} out")
            case e.Removed():
                parts[one.bin] += 1
                if out or parts[one.bin] > CAPACITY:
                    found.append(f"{one} while {out} out, {parts}")
            case _:
                pass
    return found


def agrees(plant: Plant) -> None:
    """No reject is lost: what is confirmed comes to lie in its bin in truth, and no bin holds more
    than is counted for it.
    """
    removed = Counter(x.bin for x in plant.follow() if isinstance(x, e.Removed))
    for name in BINS:  # what was let go of falls for a moment, and is told of a moment later
        plant.until(
            lambda name=name: plant.truth().get(name, 0) >= removed[name],
            f"{removed} lie in their bins",
        )
        plant.until(
            lambda name=name: plant.truth().get(name, 0) <= counted(plant)[name],
            f"what lies in {name} is counted",
        )
    assert broken(plant.events) == []
    assert not [x for x in plant.events if isinstance(x, e.Escaped)]


def counted(plant: Plant) -> Counter[str]:
    found = Counter(x.bin for x in plant.follow() if isinstance(x, e.Removed))
    found.update(n for x in plant.events if isinstance(x, e.Purged) for n in x.bins)
    return found


def moment(operator: Operator, name: str, *, lifted: bool) -> tuple[int, str]:
    """Confirm that a bin is taken out while the arm waits for a part, or carries one. Where the
    events of that begin, and the part.
    """
    for _ in range(TRIES):
        empty(operator, CAPACITY - 1)
        operator.go_on()
        operator.ask_out(name)
        since = len(operator.plant.follow())
        part = met(operator, since, e.Lifted if lifted else e.RemovalRequested)
        if part:
            return since, part
        operator.never_mind()
    raise AssertionError(f"the arm was never met in time: {operator.plant.events[-20:]}")


def met(operator: Operator, since: int, kind: type[Event]) -> str:
    """The part at which the arm was when the cell heard that a bin is to be taken out; '': it was
    at none, or something else stopped the cell.
    """
    plant, ends = operator.plant, (e.Faulted, e.StateChanged)
    plant.until(lambda: plant.first(kind, since) or plant.state != "running", kind.__name__)
    if not operator.confirm():
        return ""
    plant.until(lambda: any(plant.first(one, since) for one in ends), "it stops")
    stop = next(n for n, x in enumerate(plant.events) if n >= since and isinstance(x, ends))
    told = plant.events[since:stop]
    begun = [str(getattr(x, "part", "")) for x in told if isinstance(x, kind)]
    if plant.reason != "cell.bin_exchange" or not begun:
        return ""
    past = (e.Removed, e.RemovalFailed) if kind is e.Lifted else (e.Lifted, e.RemovalFailed)
    over = [x for x in told if isinstance(x, past) and x.part == begun[-1]]
    return "" if over else begun[-1]


def out_in_peace(operator: Operator, name: str) -> None:
    """While a bin is out nothing can be started, and nothing moves."""
    page, plant = operator.page, operator.plant
    page.shows(f"bin-state-{name}", tr("bins.state.out", "en", person="demo"))
    assert not page.enabled("start")
    assert plant.twin(op="state")["held"] is None
    assert plant.stands()


@pytest.mark.cell
@pytest.mark.timeout(1800)
def test_a_full_bin_is_told_before_a_reject_can_miss_it(plant: Plant, operator: Operator) -> None:
    page, since = operator.page, len(plant.follow())
    operator.await_event(e.AlarmRaised, since, alarm="bin.full")
    alarm = next(
        n for n, x in enumerate(plant.events)
        if n >= since and isinstance(x, e.AlarmRaised) and x.alarm == "bin.full"
    )  # fmt: skip
    assert max(n or 0 for n in held(plant.events[:alarm]).values()) < CAPACITY, "on its way still"

    def full() -> list[str]:
        return [n for n, parts in held(plant.follow()).items() if (parts or 0) >= CAPACITY]

    plant.until(full, "a bin is full", tend=operator.tend)
    name = full()[0]
    page.shows(f"bin-count-{name}", tr("bins.parts_of", "en", parts=CAPACITY, capacity=CAPACITY))
    page.shows(f"bin-state-{name}", tr("bins.state.full", "en"))
    plant.until(lambda: not plant.twin(op="state")["neighbours"]["ready"], "ready is withdrawn")
    agrees(plant)
    for one in full():
        operator.take_out(one)
        out_in_peace(operator, one)
        operator.put_in(one)
    after = len(plant.follow())
    operator.await_event(e.Removed, after)
    agrees(plant)


@pytest.mark.cell
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("victim", ["", "hmi", "supervisor"])
@pytest.mark.parametrize("lifted", [False, True], ids=["waits", "carries"])
def test_a_bin_is_taken_out_while_the_arm_is_at_a_part(
    plant: Plant, operator: Operator, victim: str, lifted: bool
) -> None:
    name = "scrap"
    since, part = moment(operator, name, lifted=lifted)
    if victim:
        plant.kill(victim)
        operator.arrive()
    operator.take_out(name)
    out_in_peace(operator, name)
    opened = next(n for n, x in enumerate(plant.events) if n > since and isinstance(x, e.BinOpened))
    ends = {
        type(x).__name__ for x in plant.events[since:opened] if getattr(x, "part", "") == part
    }  # fmt: skip
    if victim != "supervisor":
        assert ends & {"Removed", "RemovalFailed"}, "the arm had ended before the bin was out"
    if lifted and not victim:
        assert "Removed" in ends, "it was brought first"
    if victim:
        plant.kill(victim)
        operator.arrive()
        out_in_peace(operator, name)
    operator.put_in(name)
    after = len(plant.follow())
    operator.await_event(e.Removed, after)
    agrees(plant)
