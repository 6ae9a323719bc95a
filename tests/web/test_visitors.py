"""Pages that wait for their browser: few, and nobody keeps another one out."""

from __future__ import annotations

import pytest

from cell.faces.web.visitors import IN_ALL, INNER, OWN_TIME_S, PER_PERSON, Room, Waiting, room

NOW = 100.0
OLD, YOUNG = NOW - OWN_TIME_S - 1, NOW - OWN_TIME_S / 2


def waiting(
    person: str, count: int, since_s: float = YOUNG, *, built: bool = True
) -> list[Waiting]:
    return [Waiting(f"{person}{n}", person, since_s + n * 0.01, built) for n in range(count)]


def one_each(since_s: float) -> list[Waiting]:
    return [page for n in range(IN_ALL) for page in waiting(f"s{n}-", 1, since_s)]


FULL = [*waiting("a", PER_PERSON), *waiting("b", PER_PERSON), *waiting("c", PER_PERSON - 1)]
CASES = {
    "nobody": ([], Room(True)),
    "few of mine": (waiting("me", PER_PERSON - 1), Room(True)),
    "many of somebody else": (waiting("other", PER_PERSON), Room(True)),
    "mine, just fetched": (waiting("me", PER_PERSON), Room(False)),
    "mine, that had their time": (waiting("me", PER_PERSON, OLD), Room(True, "me0")),
    "mine, not built yet": (waiting("me", PER_PERSON, OLD, built=False), Room(False)),
    "who has most makes room at once": ([*FULL, *waiting("d", 1)], Room(True, "a0")),
    "but for no second one": ([*FULL, *waiting("me", 1)], Room(False)),
    "nobody has more than one, just fetched": (one_each(YOUNG), Room(False)),
    "nobody has more than one, for long": (one_each(OLD), Room(True, "s0-0")),
}


@pytest.mark.parametrize(("pages", "found"), CASES.values(), ids=CASES)
def test_where_a_page_finds_room(pages: list[Waiting], found: Room) -> None:
    assert room(pages, "me", NOW) == found


@pytest.mark.parametrize("many", [1, 3, 10, 40])
def test_who_fetches_without_end_keeps_nobody_out_and_builds_few(many: int) -> None:
    """So many fetch a hundred times a second each; one person opens a page every five seconds."""
    pages: list[Waiting] = []
    built = refused = 0
    for step in range(2000):
        now = step * 0.01
        for person in [*(f"s{n}" for n in range(many)), *(["me"] if step % 500 == 499 else [])]:
            found = room(pages, person, now)
            refused += person == "me" and not found.free
            if found.free:
                pages = [one for one in pages if one.id != found.instead]
                pages.append(Waiting(f"{person} {step}", person, now))
                built += person != "me"
            assert len(pages) <= IN_ALL
    assert not refused or many >= IN_ALL
    assert built <= (20 / OWN_TIME_S + 2) * IN_ALL


def test_pictures_and_files_take_no_pages_room(all_routes: list[tuple[str, str, bool]]) -> None:
    """A download that counted as a page would let go of one that still waits for its browser."""
    built = {path for method, path, page in all_routes if page and method == "GET"}
    others = {path for method, path, page in all_routes if not page and method == "GET"}
    assert {"/", "/quality", "/studio"} <= built
    assert not [path for path in built if path.startswith(INNER)]
    assert [path for path in others if not path.startswith(INNER)] == []
