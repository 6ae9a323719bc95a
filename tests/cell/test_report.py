"""The run report, from real records and a truth as the twin writes it."""

from __future__ import annotations

from typing import Any

import pytest

from cell.records.facts import PartFact, RunFacts, read_facts
from cell.records.projection import Projection
from cell.records.report import build_report, match_boards, percentile
from cell.records.store import open_records
from tests.cell.world import CONFIG as STATIONS
from tests.cell.world import HALF_M, RECIPE, World


def truth_of(world: World) -> dict[str, Any]:
    """As the twin's truth.json."""
    boards = [
        {
            "defective": board.defective,
            "where": {"left": "passed", "person": "cleared_by_person"}.get(
                board.place, board.place
            ),
            "arrival_encoder_m": STATIONS.photo_eye_x - HALF_M - board.x0,
            "grasp_error_mm": [0.2] if board.place in ("scrap", "review") else [],
        }
        for board in world.boards
    ]
    waiting = {
        "defective": True,
        "where": "on_belt",
        "arrival_encoder_m": None,
        "grasp_error_mm": [],
    }
    return {"seed": 7, "boards": [*boards, waiting]}


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, RunFacts]:
    world = World()
    world.inspector_plans.extend(["good", "good", "error", "grab_failed"])
    world.arm_plans.extend(["too_late"])
    world.bring_up()
    for defective in (False, True, False, False, True, False):
        world.feed(0.1, defective)
    world.finish()
    path = tmp_path_factory.mktemp("records") / "records.db"
    projection = Projection.open(path)
    projection.apply(enumerate(world.events(), 1))
    projection.close()
    engine = open_records(path)
    found = read_facts(engine)
    assert read_facts(engine, ["no such session"]).parts == ()
    engine.dispose()
    return world, found


def test_report_of_a_shift(facts: tuple[World, RunFacts]) -> None:
    world, found = facts
    usage = {"camera": {"peak_rss_mib": 120.0, "cpu_s": 3.5}}
    report = build_report(found, truth=truth_of(world), processes=usage, seed=7)
    assert report["parts"] == {
        "arrived": 6, "passed": 2, "removed": 4, "purged": 0, "unaccounted": 0,
    }  # fmt: skip
    assert report["truth"] == {"defective": 2, "good": 4, "escapes": 0, "false_rejects": 2}
    removals = report["removals"]
    assert (removals["requested"], removals["confirmed"], removals["missed"]) == (4, 4, 0)
    assert removals["grasp_error_mm"] == {"p50": 0.2, "max": 0.2}
    assert report["frames"] == {"triggers": 6, "received": 5, "failed": 1, "unaccounted": 0}
    assert report["latency_ms"]["exposure_to_frame"]["p50"] == pytest.approx(20.0)
    assert report["latency_ms"]["exposure_to_verdict"]["p99"] > 0.0
    assert report["belt_stops"]["fault"] == 0
    assert report["belt_stops"]["wait"] == 1
    assert report["belt_stops"]["wait_s"] > 0.0
    assert report["processes"] == usage
    assert (report["model"], report["recipe"], report["seed"]) == ("test@1", RECIPE.identity, 7)


def test_report_without_a_twin(facts: tuple[World, RunFacts]) -> None:
    report = build_report(facts[1])
    assert report["truth"] == {}
    assert report["removals"]["grasp_error_mm"] == {"p50": None, "max": None}


def test_escapes_and_boards_that_the_cell_missed(facts: tuple[World, RunFacts]) -> None:
    world, found = facts
    truth = truth_of(world)
    truth["boards"][1]["where"] = "passed"
    stranger = {
        "defective": False,
        "where": "on_belt",
        "arrival_encoder_m": 99.0,
        "grasp_error_mm": [],
    }
    truth["boards"].append(stranger)
    report = build_report(found, truth=truth)
    assert report["truth"]["escapes"] == 1
    assert report["parts"]["unaccounted"] == 1


def test_boards_match_one_to_one_nearest_first() -> None:
    parts = [PartFact("a", 1.000, "passed", ""), PartFact("b", 1.015, "passed", "")]
    boards = [
        {"arrival_encoder_m": 1.012},
        {"arrival_encoder_m": 1.005},
        {"arrival_encoder_m": 1.2},
    ]
    matched = match_boards(boards, parts)
    assert {place: part.part for place, part in matched.items()} == {0: "b", 1: "a"}


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [([], 50, None), ([3.0], 99, 3.0), ([1.0, 2.0], 50, 1.5), ([4.0, 1.0, 2.0, 3.0], 100, 4.0)],
)
def test_percentile(values: list[float], percent: float, expected: float | None) -> None:
    assert percentile(values, percent) == expected
