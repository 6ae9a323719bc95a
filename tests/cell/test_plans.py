"""No question of a page or the interface takes longer because there are more records."""

from __future__ import annotations

import ast
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cell.faces.cli.bench.records import asking as asking_of
from cell.faces.cli.bench.records.asking import questions, sample_of
from cell.faces.cli.bench.records.making import make
from cell.faces.cli.bench.records.measuring import statements
from cell.records import reading
from cell.records.reading import Archive, Sums
from cell.records.reading import search as searching

BIG = frozenset(
    {
        "part", "part_line", "part_tag", "exposure", "frame", "inspection", "evidence", "defect",
        "verdict", "removal", "disposition", "timing", "belt_stop", "alarm_log", "acknowledgement",
        "alarm_event",
        "cell_state", "session", "session_sum",
    }
)  # fmt: skip
"""Tables that grow with the parts. Sums grow with the time, and are grouped as they are."""
SMALL, LARGE = 3_000, 30_000
_READ = re.compile(r"^(?P<how>SCAN|SEARCH) (?P<name>\w+)(?P<by>.*)")
_ALIAS = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)(?:\s+AS\s+(\w+))?", re.IGNORECASE)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    made = {}
    for parts in (SMALL, LARGE):
        made[parts] = tmp_path_factory.mktemp(f"parts-{parts}")
        assert list(make(made[parts] / "records.db", parts))[-1] == parts
    return made


@pytest.fixture
def asking(folders: dict[int, Path]) -> Iterator[Callable[[int], Any]]:
    opened: list[Archive | Sums] = []

    def ask(parts: int) -> Any:
        archive, sums = Archive(folders[parts]), Sums(folders[parts])
        opened.extend([archive, sums])
        sample = sample_of(archive, sums)
        assert sample is not None
        return (archive, sums), dict(questions(archive, sums, sample))

    yield ask
    for one in opened:
        one.close()


def wrong_in(plan: list[tuple[int, int, str]], statement: str) -> list[str]:
    """Steps of a plan that go through a whole table, or sort what comes out of a large one."""
    names = {alias or table: table for table, alias in _ALIAS.findall(statement)}
    found = []
    for _, _, step in plan:
        read = _READ.match(step)
        if read and read["how"] == "SCAN" and names.get(read["name"], read["name"]) in BIG:
            found.append(step)
    if any("TEMP B-TREE" in step for _, _, step in plan):
        large = {names.get(name, name) for name in _read(plan)} & BIG
        if large:
            found.append(f"TEMP B-TREE over {', '.join(sorted(large))}")
    return found


def _read(plan: list[tuple[int, int, str]]) -> Iterator[str]:
    for _, _, step in plan:
        if read := _READ.match(step):
            yield read["name"]


def test_no_plan_goes_through_a_table_or_sorts_it(asking: Callable[[int], Any]) -> None:
    readers, asked = asking(LARGE)
    wrong, seen = {}, 0
    with statements(readers) as heard:
        for name, call in asked.items():
            heard.clear()
            call()
            assert heard, f"{name} asks nothing"
            for connection, statement, values in list(heard):
                rows = connection.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()
                seen += 1
                if found := wrong_in([(r[0], r[1], r[3]) for r in rows], statement):
                    wrong[name, statement] = found
    assert wrong == {}
    assert seen > 100


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("SELECT id FROM part", "SCAN"),
        ("SELECT * FROM part_line AS l WHERE l.bin = 'scrap'", "SCAN"),
        ("SELECT * FROM part_line AS l WHERE l.verdict = 'pass' ORDER BY l.part", "TEMP B-TREE"),
        ("SELECT count(*) FROM verdict AS v WHERE v.reason <> ''", "SCAN"),
    ],
)
def test_what_takes_longer_with_more_records_is_found(
    folders: dict[int, Path], query: str, why: str
) -> None:
    with closing(sqlite3.connect(folders[SMALL] / "records.db")) as database:
        plan = [(r[0], r[1], r[3]) for r in database.execute(f"EXPLAIN QUERY PLAN {query}")]
    assert why in " ".join(wrong_in(plan, query))


def test_every_question_is_asked(folders: dict[int, Path]) -> None:
    """What the readers can be asked is what is measured and explained here."""
    archive, sums = Archive(folders[SMALL]), Sums(folders[SMALL])
    sample = sample_of(archive, sums)
    assert sample is not None
    called = set[str]()
    for reader in (archive, sums):
        for name in public(type(reader)):
            method = getattr(reader, name)
            setattr(reader, name, lambda *a, _n=name, _m=method, **k: (called.add(_n), _m(*a, **k)))
    for _, call in questions(archive, sums, sample):
        call()
    wanted = {name for reader in (archive, sums) for name in public(type(reader))}
    assert called == wanted - {"close", "found"}, "`found` is asked as `parts` is"
    archive.close()
    sums.close()


def public(kind: type) -> set[str]:
    return {
        name for name, value in vars(kind).items() if not name.startswith("_") and callable(value)
    }


def test_sqlite_is_asked_in_the_reading_room_alone() -> None:
    """No face has a query of its own beside those that are looked at here."""
    faces = Path(reading.__file__).parents[2] / "faces"
    for file in [*(faces / "api").rglob("*.py"), *(faces / "hmi").rglob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                assert node.module not in ("cell.records.schema", "cell.records.summaries"), file
                assert "sqlalchemy" not in node.module, file


def steps_of(readers: Any, call: Callable[[], Any]) -> int:
    """What SQLite's machine does for an answer, in steps of about 100 instructions."""
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        return 0

    held = [reader.engine.raw_connection() for reader in readers]
    for one in held:
        one.driver_connection.set_progress_handler(step, 100)
    for one in held:
        one.close()  # back to its pool, where the answer takes it from
    call()
    return count


def test_ten_times_the_parts_cost_no_more_steps(
    asking: Callable[[int], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking_of, "PAGE", 20)
    monkeypatch.setattr(searching.search, "__defaults__", (300,))
    few_readers, few = asking(SMALL)
    many_readers, many = asking(LARGE)
    full = steps_of(many_readers, many["parts: score that none has"])
    grown = {}
    for name, call in few.items():
        if name.startswith("sums"):
            continue  # they grow with the time that is asked for: see the bench
        before, after = steps_of(few_readers, call), steps_of(many_readers, many[name])
        # Few records may not fill a page, nor be as many as a page looks through; many are.
        if after > 2 * max(before, full):
            grown[name] = (before, after)
    assert full > 0
    assert grown == {}
