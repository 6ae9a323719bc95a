"""Nothing that a verb of `cell quality` changes is missing in the log of what people did."""

from __future__ import annotations

import ast
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

import cell.faces
from cell.faces.cli.app import app
from cell.people.audit_reading import Wanted, read
from cell.people.audit_tables import FILE as LOG
from cell.quality.studies.tables import FILE
from tests.quality_pages.study_world import lay

FACES = Path(cell.faces.__file__).parent
WRITES = {"plan", "judge", "draw", "take", "sign", "issue"}
"""What changes the book, by the names of its methods."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("cell")
    lay(made)
    return made


def rows(folder: Path) -> int:
    """Of all tables of the book, in which no row is ever changed or deleted."""
    if not (folder / FILE).exists():
        return 0
    with closing(sqlite3.connect(folder / FILE)) as db:
        names = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return sum(db.execute(f"SELECT count(*) FROM {one}").fetchone()[0] for (one,) in names)


def logged(folder: Path) -> list[tuple[str, str]]:
    if not (folder / LOG).exists():
        return []
    return [(one.entry.person, one.entry.what) for one in read(folder, Wanted())]


def test_every_verb_that_changes_something_is_in_the_log(folder: Path, tmp_path: Path) -> None:
    runner, data = CliRunner(), f"--data={folder}"
    acceptance = ["--recipe=pcb", "--escape-limit=0.6", "--false-reject-limit=0.6"]
    acceptance += ["--confidence=0.5", "--since=2023-01-01"]
    wide = ["--escape-limit=0.5", "--false-reject-limit=0.9", "--confidence=0.5"]
    changed: dict[str, set[str]] = {}
    seen: set[str] = set()
    printed = ""

    def do(words: list[str], *more: str, person: bool = True) -> str:
        nonlocal printed
        by = ["--person=lee"] if person else []
        before, known = rows(folder), len(logged(folder))
        result = runner.invoke(app, ["quality", *words, *more, *by, data])
        assert result.exception is None or isinstance(result.exception, SystemExit), result
        grown, new = rows(folder) - before, logged(folder)[known:]
        verb = " ".join(words[:2])
        seen.add(verb)
        assert bool(new) == bool(grown) or verb == "gauge judge", (verb, grown, new)
        if grown:
            assert new, f"{verb} changes the book, and the log knows nothing of it"
            assert {who for who, _ in new} == {"kim" if "--as=kim" in more else "lee"}
            changed.setdefault(verb, set()).update(what for _, what in new)
        return result.output

    do(["gauge", "plan", "g"], "--recipe=pcb", "--appraiser=kim", "--trials=1")
    for place in range(1, 13):
        do(["gauge", "judge", "g"], "--as=kim", "--say=good", f"--place={place}", person=False)
    do(["gauge", "judge", "g"], "--as=cell")
    do(["gauge", "list"], person=False)
    do(["gauge", "report", "g"], f"--out={tmp_path / 'g.pdf'}", person=False)
    part = do(["audit", "draw", "a"], "--passed=1").splitlines()[1]
    do(["audit", "take", "a", part], "--found=good")
    do(["audit", "show", "a"], *wide, person=False)
    do(["audit", "report", "a"], f"--out={tmp_path / 'a.pdf'}", person=False)
    do(["acceptance", "plan", "c"], *acceptance)
    for part in do(["acceptance", "draw", "c"]).splitlines()[1:]:
        do(["acceptance", "take", "c", part], "--found=good")
    do(["acceptance", "sign", "c"])
    for verb in ("list", "show", "verify"):
        do(["acceptance", verb, *(["c"] if verb != "list" else [])], person=False)
    do(["acceptance", "report", "c"], f"--out={tmp_path / 'c.pdf'}")
    do(["acceptance", "report", "c"], f"--out={tmp_path / 'again.pdf'}")
    assert changed == {
        "gauge plan": {"study.plan"}, "gauge judge": {"study.judge", "study.cell"},
        "audit draw": {"audit.draw"}, "audit take": {"audit.take"},
        "acceptance plan": {"acceptance.plan"}, "acceptance draw": {"acceptance.draw"},
        "acceptance take": {"audit.take"}, "acceptance sign": {"acceptance.sign"},
        "acceptance report": {"acceptance.report"},
    }  # fmt: skip
    groups = get_command(app).commands["quality"].commands  # type: ignore[attr-defined]
    every = {f"{g} {v}" for g, one in groups.items() for v in getattr(one, "commands", {})}
    # Monitors are no part of the book; what is ordered of them: test_beginnings.py.
    every -= {one for one in every if one.startswith("monitors ")}
    assert seen == every, "a verb that this test does not know"


def test_no_face_writes_into_the_book_past_the_examiner() -> None:
    """Pages and routes as well: only `Examiner`, which takes it down, calls what changes it."""
    past = []
    for file in sorted(FACES.rglob("*.py")):
        if file.name == "examiner.py":
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            of = ast.unparse(node.func.value)
            book = of in ("book", "examiner.book", "runs") or of.startswith(
                ("Audits(", "Acceptances(", "StudyBook(")
            )
            if book and node.func.attr in WRITES:
                past.append(f"{file.relative_to(FACES)}:{node.lineno} {ast.unparse(node.func)}")
    assert not past
