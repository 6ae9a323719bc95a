"""Heartbeats in, deaths out."""

import pytest

from cell.control.watch import HUNG_S, SILENT_S, Death, Heartbeat, Leave, Watch


def beat(node: str = "camera", boot: str = "a", active: bool = True) -> Heartbeat:
    return Heartbeat(node, "host", 42, boot, active, "")


@pytest.mark.parametrize(
    ("silence", "exists", "dead"),
    [
        (SILENT_S - 0.1, False, False),
        (SILENT_S + 0.1, True, False),
        (SILENT_S + 0.1, False, True),
        (HUNG_S + 0.1, True, True),
    ],
)
def test_silence_and_a_missing_process_make_a_death(
    silence: float, exists: bool, dead: bool
) -> None:
    watch = Watch(["camera"], lambda *_: exists)
    watch.hear(beat(), 10.0)
    assert bool(watch.check(10.0 + silence)) is dead
    assert watch.check(10.0 + silence) == []  # told once


def test_a_new_start_that_nobody_saw_dying_is_a_death() -> None:
    watch = Watch(["camera"], lambda *_: False)
    assert watch.hear(beat(boot="a"), 1.0) is None
    death = watch.hear(beat(boot="b"), 1.2)
    assert death is not None
    assert death.node == "camera"


def test_missing_until_active_and_again_when_dead() -> None:
    watch = Watch(["camera", "belt"], lambda *_: False)
    watch.hear(beat("camera"), 1.0)
    watch.hear(beat("belt", active=False), 1.0)
    assert watch.missing() == ["belt"]
    watch.check(2.5)
    assert watch.missing() == ["camera", "belt"]


def test_who_only_shows_the_cell_may_leave_it() -> None:
    watch = Watch(["camera"], lambda *_: True, ["bridge"])
    for node in ("camera", "bridge"):
        watch.hear(beat(node), 1.0)
    assert watch.hear(beat("bridge", active=False), 1.2) is None
    assert isinstance(watch.hear(beat("camera", active=False), 1.2), Leave)
    assert watch.missing() == ["camera"]


def test_a_second_node_beside_one_that_lives_says_nothing_of_it() -> None:
    watch = Watch(["camera"], lambda *_: True)
    watch.hear(beat(boot="a"), 1.0)
    assert watch.hear(beat(boot="b", active=False), 1.1) is None
    assert watch.missing() == []
    watch.hear(beat(boot="a"), 1.2)
    assert isinstance(watch.hear(beat(boot="b"), 1.2 + SILENT_S), Death)


def test_who_slept_itself_accuses_nobody() -> None:
    watch = Watch(["camera", "belt"], lambda *_: True)
    watch.hear(beat("camera"), 1.0)
    watch.hear(beat("belt"), 1.0)
    assert watch.check(1.2) == []
    assert watch.check(6.4) == []
    watch.hear(beat("camera"), 6.5)
    late = [watch.check(6.4 + 0.2 * step) for step in range(1, 20)]
    assert [death.node for deaths in late for death in deaths] == ["belt", "camera"]
