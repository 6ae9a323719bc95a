"""`cell quality monitors`: shown, begun anew, refused in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cell.config import load
from cell.faces.cli.app import app
from cell.people.audit import AuditLog
from cell.quality.monitor_files import FOLDER
from tests.quality.drift_parts import Parts, fall, feed, taken_up


def cell(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["quality", "monitors", *words])
    told = "" if result.exception is None else str(result.exception)
    return result.exit_code, result.output + told


def test_shown_and_begun_anew(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    assert "no monitors yet" in cell("show", *data)[1]
    parts, (made, _) = Parts(31), taken_up(tmp_path)
    feed(made, parts, 30)
    assert "26 of 60 parts" in cell("show", *data)[1], "as it was written last"
    feed(made, parts, 30)
    assert cell("show", *data)[0] == 0
    fall(made, parts)
    code, told = cell("show", *data)
    assert code == 1
    assert "DRIFTED" in told
    assert "Brightness" in told

    for wrong in (("begin", "--why", "x"), ("begin", "pcb", "--all", "--why", "x")):
        assert "one of the two" in cell(*wrong, *data)[1]
    assert cell("begin", "nothing", "--why", "x", *data)[0] != 0
    assert not (tmp_path / FOLDER).exists(), "nothing was ordered"
    code, told = cell("begin", "pcb", "--why", "a new lamp", "--person", "kim", *data)
    assert (code, "begin anew with the next part" in told) == (0, True), told
    assert "ordered by kim: a new lamp" in cell("show", *data)[1]
    feed(made, parts, 1, lamp=0.7)
    told = json.loads(cell("show", "--json", *data)[1])
    assert [one["learnt"] for one in told["watches"]] == [1, 1]
    log = AuditLog(tmp_path, load(None).people.keys_beside(tmp_path))
    entries = log.entries(what="monitors.begin")
    log.close()
    assert [(one.person, one.subject) for one in entries if not one.refused] == [("kim", "pcb")]


@pytest.mark.parametrize("content", ["{", '{"version": 9}'])
def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path, content: str) -> None:
    (tmp_path / "monitors.json").write_text(content)
    code, told = cell("show", "--data", str(tmp_path))
    assert code != 0
    assert "quality.line.unreadable" in told
    assert "no folder" in cell("show", "--data", str(tmp_path / "none"))[1]
