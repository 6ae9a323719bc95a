"""Sums, galleries and exports of the interface, over real records."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from cell.control.ledger import events as e
from cell.faces.web import outgoing
from cell.people.roles import Role
from cell.products.verdict import Verdict, VerdictKind
from cell.texts import tr
from tests.api.world import World
from tests.cell.evidence_world import START_NS
from tests.cell.test_sums import inspected

NS = 10**9
HOUR = 3600 * NS
FIRST = datetime.fromtimestamp(START_NS // NS // 900 * 900, UTC)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Three parts of the shift, and in the next hour one with two shorts that kim passed and one
    with an open that nobody looked at; an alarm; the belt runs.
    """
    world = World(tmp_path_factory.mktemp("cell"), parts=3)
    now = START_NS + HOUR
    reject = Verdict(VerdictKind.REJECT, "scrap", "")
    told: list[e.Event] = [
        e.StateChanged(stamp_ns=now, state=e.CellState.RUNNING, reason=""),
        e.Arrived(stamp_ns=now, part="s1-00004", index=4, encoder_m=0.0, x=0.0),
        inspected("s1-00004", now, ["short", "short"], late=False, recipe="pcb@2"),
        e.Judged(stamp_ns=now, part="s1-00004", verdict=reject, by="recipe"),
        e.Judged(
            stamp_ns=now, part="s1-00004", verdict=Verdict(VerdictKind.PASS, "", "=SUM(A1)"),
            by="kim",
        ),
        e.Passed(stamp_ns=now, part="s1-00004", index=4, encoder_m=0.0),
        e.Arrived(stamp_ns=now + 1, part="s1-00005", index=5, encoder_m=0.0, x=0.0),
        inspected("s1-00005", now + 1, ["open"], late=False, recipe="pcb@2"),
        e.Judged(stamp_ns=now + 1, part="s1-00005", verdict=reject, by="recipe"),
        e.AlarmRaised(stamp_ns=now, alarm="belt.disconnected", part="", detail=""),
        e.AlarmCleared(stamp_ns=now + 5 * NS, alarm="belt.disconnected"),
        e.StateChanged(
            stamp_ns=now + 60 * NS, state=e.CellState.STOPPED, reason="cell.drained"
        ),
    ]  # fmt: skip
    world.shift.journal.append(told)
    world.shift.projection.catch_up(world.shift.journal)
    world.now_ns = now + 100 * NS
    yield world
    world.close()


def ask(world: World, path: str, **params: Any) -> Any:
    answer = world.client(Role.OPERATOR).get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_counts_by_what_parts_have_in_common(world: World) -> None:
    found = ask(world, "/quality/counts", by=["verdict", "overridden"])
    told = {
        (one["key"]["verdict"], one["key"]["overridden"]): one["parts"] for one in found["items"]
    }
    assert told == {("pass", False): 2, ("reject", False): 2, ("pass", True): 1}
    assert found["since"] is found["until"] is None
    later = ask(world, "/quality/counts", since=(FIRST.isoformat()), recipe="pcb@2")
    assert later["items"] == [{"key": {}, "parts": 2}]


def test_the_pareto_tells_false_calls_from_what_nobody_has_looked_at(world: World) -> None:
    short, opened = ask(world, "/quality/pareto")["items"]
    assert short == {
        "class_name": "short", "defects": 2, "parts": 1, "overridden": 1, "false_calls": 1,
        "confirmed": 0,
    }  # fmt: skip
    assert (opened["class_name"], opened["overridden"], opened["confirmed"]) == ("open", 0, 0)
    assert ask(world, "/quality/pareto", defect="open")["items"] == [opened]


def test_a_heat_map_has_the_squares_of_the_defects(world: World) -> None:
    found = ask(world, "/quality/places", defect="short")
    assert found["square_px"] == 20.0
    assert found["items"] == [{"x": 0, "y": 1, "defects": 1}, {"x": 2, "y": 1, "defects": 1}]


def test_a_series_has_every_step_also_the_empty_ones(world: World) -> None:
    end = datetime.fromtimestamp(FIRST.timestamp() + 3 * 3600, UTC)
    steps = ask(
        world, "/quality/series", since=FIRST.isoformat(), until=end.isoformat(), by="verdict"
    )
    assert [sum(one["parts"] for one in step["parts"]) for step in steps] == [3, 2, 0]
    assert steps[0]["until"] == steps[1]["since"]
    assert [len(step["classes"]) for step in steps] == [0, 2, 0]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"minutes": 20}, "records.step"),
        ({"minutes": 15, "until": "2200-01-01T00:00:00Z"}, "records.steps"),
        ({"until": "2026-01-01"}, "api.invalid"),
        ({"by": "colour"}, "api.invalid"),
    ],
)
def test_series_that_are_none(world: World, params: dict[str, Any], code: str) -> None:
    asked = {"since": "2023-01-01T00:00:00Z", "until": "2023-01-02T00:00:00Z"} | params
    answer = world.client(Role.OPERATOR).get("/quality/series", params=asked)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_alarms_states_and_stops(world: World) -> None:
    (alarm,) = ask(world, "/quality/alarms")["items"]
    assert (alarm["alarm"], alarm["raised"], alarm["cleared"]) == ("belt.disconnected", 1, 1)
    assert alarm["standing_s"] == pytest.approx(5.0)
    running, stopped = ask(world, "/quality/states")["items"]
    assert (running["state"], running["seconds"]) == ("running", 60.0)
    assert (stopped["state"], stopped["seconds"]) == ("stopped", 40.0), "the state of now counts"
    words = {"code": "cell.drained", "text": tr("cell.drained", "en")}
    assert stopped["reason"] == words, "as the cell's state tells it"


@pytest.mark.parametrize("path", ["counts", "pareto", "places", "alarms", "states"])
def test_any_time_may_be_asked_for(world: World, path: str) -> None:
    whole = {"since": "0001-01-01T00:00:00Z", "until": "9999-12-31T23:59:59+00:00"}
    assert (
        ask(world, f"/quality/{path}", **whole)["items"] == ask(world, f"/quality/{path}")["items"]
    )
    none = {"since": "9999-12-31T23:59:59Z", "until": "0001-01-01T00:00:00Z"}
    found = ask(world, f"/quality/{path}", **none)["items"]
    assert sum(one.get("parts", one.get("defects", 0)) for one in found) == 0


def test_a_gallery_has_each_part_with_its_picture(world: World) -> None:
    found, cursor = [], ""
    while cursor is not None:
        page = ask(world, "/quality/gallery", limit=2, cursor=cursor)
        found += page["items"]
        cursor = page["next"]
    assert [one["part"] for one in found] == [f"s1-0000{n}" for n in (5, 4, 3, 2, 1)]
    assert found[0]["picture"] is None
    kept = found[-1]["picture"]
    answer = world.client(Role.OPERATOR).get(f"/pictures/{kept['sha256']}")
    assert (answer.status_code, len(answer.content) > 0) == (200, True)
    assert (found[1]["own"], found[1]["verdict"], found[1]["overridden"]) == (
        "reject",
        "pass",
        True,
    )


@pytest.mark.parametrize(
    ("asked", "parts"),
    [
        ({"person": "kim"}, "4"), ({"person": "test"}, "2"), ({"overridden": True}, "4"),
        ({"recipe": "pcb@2"}, "54"), ({"model": "m@1", "verdict": "reject"}, "52"),
        ({"person": "nobody"}, ""), ({"defect": "short", "score": 0.55}, "4"),
        ({"score": 0.65}, ""), ({"recipe": "pcb@2", "overridden": False}, "5"),
        ({"part": "s1-0000", "disposition": "open"}, "5"),
    ],
)  # fmt: skip
def test_parts_are_found_by_all_of_it(world: World, asked: dict[str, Any], parts: str) -> None:
    for path in ("/parts", "/quality/gallery"):
        assert [one["part"][-1] for one in ask(world, path, **asked)["items"]] == list(parts)


def test_an_export_is_a_table_that_starts_no_formula(world: World) -> None:
    answer = world.client(Role.OPERATOR).get("/quality/export")
    assert answer.headers["content-type"].startswith("text/csv")
    assert int(answer.headers["content-length"]) == len(answer.content)
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["part"][-1] for row in rows] == list("54321")
    assert rows[1]["reason"] == "'=SUM(A1)"
    assert datetime.fromisoformat(rows[1]["arrived"]).timestamp() * NS == START_NS + HOUR
    assert list((world.folder / "outgoing").iterdir()) == [], "what was sent is gone"


def test_one_export_at_a_time(world: World) -> None:
    assert outgoing._BUSY.acquire(timeout=10)
    try:
        answer = world.client(Role.OPERATOR).get("/quality/export")
        assert (answer.status_code, answer.json()["code"]) == (429, "records.export_busy")
    finally:
        outgoing._BUSY.release()
    assert world.client(Role.OPERATOR).get("/quality/export").status_code == 200


def test_an_export_that_fails_is_told_and_leaves_nothing(world: World) -> None:
    file = world.folder / "outgoing"
    for one in file.iterdir():
        one.rmdir()
    file.rmdir()
    file.write_text("in the way")
    answer = world.client(Role.OPERATOR).get("/quality/export")
    assert (answer.status_code, answer.json()["code"]) == (503, "records.export_failed")
    file.unlink()
    assert not outgoing._BUSY.locked()


def test_answers_have_tags(world: World) -> None:
    first = world.client(Role.OPERATOR).get("/quality/pareto")
    known = {"If-None-Match": first.headers["etag"]}
    assert world.client(Role.OPERATOR).get("/quality/pareto", headers=known).status_code == 304
