"""`cell quality` on a folder with a line in it, from the plan of a study to its report."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import pytest
from typer.testing import CliRunner, Result

from cell.config.quality import QualityConfig
from cell.faces.cli.app import app
from cell.faces.cli.errors import UsageError
from cell.faces.cli.shifts import shift_named
from cell.quality.studies.errors import StudyError
from cell.records.errors import RecordsError
from models.ground.errors import UserError
from tests.cell.evidence_world import START_NS
from tests.quality.line import GOOD, Line, pit, real_pit
from vision.pictures import read_picture

BOARDS = Path(__file__).parents[2] / "twin" / "boards" / "pcb"


def cell(*words: str) -> Result:
    return CliRunner().invoke(app, ["quality", *words])


def said(*words: str) -> str:
    result = cell(*words)
    assert result.exception is None, result.exception
    return result.output


def refused(*words: str) -> UserError:
    result = cell(*words)
    assert isinstance(result.exception, UserError), result.output
    return result.exception


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve boards with settled labels: real ones with defects, and their golden samples."""
    line = Line(tmp_path_factory.mktemp("boards"))
    boards = sorted(BOARDS.glob("*.webp"))
    goldens = sorted((Path(__file__).parents[2] / "cell/products/data/pcb/goldens").glob("*.webp"))
    for number in range(6):
        name = line.part(pit(0.5 + 0.05 * number))
        line.label(name, real_pit(), read_picture(boards[number]))
        line.label(line.part(), GOOD, read_picture(goldens[number]))
    line.close()
    return line.folder


def test_a_study_from_plan_to_report(folder: Path, tmp_path: Path) -> None:
    data = ("--data", str(folder))
    plan = ("gauge", "plan", "june", "--recipe", "pcb", "--appraiser", "kim", "--trials", "2")
    assert "12 parts, 2 trials, appraisers kim, cell; 24 judgements of each" in said(*plan, *data)
    assert isinstance(refused(*plan, *data), StudyError)
    shown = tmp_path / "next.jpg"
    judge = ("gauge", "judge", "june", "--as", "kim", "--show", str(shown), *data)
    told = said(*judge)
    for place in range(1, 25):
        assert f"picture {place} of 24: {shown}" in told
        picture = cv2.imread(str(shown), cv2.IMREAD_GRAYSCALE)
        assert picture is not None
        assert picture.shape == (640, 640)
        say = "defective" if place % 2 else "good"
        told = said(*judge, "--say", say, "--place", str(place))
    assert "kim is through" in told
    with_no_cell = refused("gauge", "report", "june", "--out", str(tmp_path / "r.pdf"), *data)
    assert "cell: 24" in str(with_no_cell)
    assert not (tmp_path / "r.pdf").exists()
    assert "has judged 24 pictures" in said("gauge", "judge", "june", "--as", "cell", *data)
    assert "has judged 0 pictures" in said("gauge", "judge", "june", "--as", "cell", *data)
    listed = json.loads(said("gauge", "list", "--json", *data))
    assert listed[0]["done"] == {"kim": 24, "cell": 24}
    report = ("gauge", "report", "june", "--out", str(tmp_path / "r.pdf"), "--lang", "ko", *data)
    told_json = json.loads(said(*report, "--json"))
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")
    assert told_json["appraisers"][1][0] == "셀"
    # The cell sees all that is wrong with these boards, and the same each time.
    assert told_json["appraisers"][1][1].startswith("12/12")
    assert told_json["appraisers"][1][2].startswith("12/12")


def test_an_audit_from_lot_to_proof(folder: Path) -> None:
    data = ("--data", str(folder))
    drawn = said("audit", "draw", "w22", "--passed", "4", "--stopped", "2", *data).splitlines()
    assert len(drawn) == 7
    assert drawn[0] == "w22: of 6 passed and 6 stopped parts"
    assert drawn[1:] == sorted(drawn[1:]), "what the cell said is nothing for an examiner's eyes"
    for part in drawn[1:]:
        # Every second part is a good one (see `folder`).
        found = "good" if int(part[-5:]) % 2 == 0 else "defective"
        assert "kept" in said("audit", "take", "w22", part, "--found", found, *data)
    result = cell("audit", "show", "w22", "--escape-limit", "0.05", *data)
    assert result.exit_code == 1
    assert "0 of 4 (0.00% to 60.24%), claim open; 55 more audits" in result.output
    proven = ("--escape-limit", "0.6", "--false-reject-limit", "0.8", "--json")
    told = json.loads(said("audit", "show", "w22", *proven, *data))
    assert told["escapes"]["standing"] == "proven"
    assert told["waiting"] == 0


def test_a_summary_for_people_and_programs(folder: Path) -> None:
    time = ("--since", "2023-11-14", "--until", "2023-11-17", "--data", str(folder))
    lines = said("summary", *time)
    assert "parts 12: passed 6, stopped 6" in lines
    assert "OEE not known, give the planned run time" in lines
    told = json.loads(said("summary", "--json", *time))
    assert (told["parts"], told["oee"]["good"]) == (12, 6)
    assert told["oee"]["oee"] is None
    assert told["by_recipe"][0]["stopped"] == 6


def test_what_cannot_be_asked(tmp_path: Path) -> None:
    nowhere = ("--data", str(tmp_path / "none"))
    assert "is no folder" in str(refused("summary", *nowhere))
    assert "is no folder" in str(refused("gauge", "list", *nowhere))
    empty = ("--data", str(tmp_path))
    assert isinstance(refused("summary", *empty), RecordsError)
    assert "no shifts" in str(refused("summary", "--shift", "early", *empty))
    assert "leave --since" in str(refused("summary", "--shift", "a", "--since", "2026-01-01"))
    assert "not after" in str(
        refused("summary", "--since", "2026-01-02", "--until", "2026-01-01", *empty)
    )
    assert isinstance(refused("gauge", "report", "x", *empty), UsageError)
    for words in (("gauge", "list"), ("audit", "show", "x"), ("gauge", "judge", "x", "--as", "k")):
        assert "no studies and audits here" in str(refused(*words, *empty))
    assert not [*tmp_path.iterdir()], "what is refused leaves nothing"


THREE = QualityConfig.model_validate(
    {
        "time_zone": "Asia/Seoul",
        "shifts": [
            {"name": "early", "begin": "06:00", "end": "14:00"},
            {"name": "late", "begin": "14:00", "end": "22:00"},
            {"name": "night", "begin": "22:00", "end": "06:00"},
        ],
    }
)


@pytest.mark.parametrize(
    ("words", "day", "hours"),
    [
        ("early", "2023-11-15", 8), ("late", "2023-11-14", 8), ("night", "2023-11-14", 8),
        ("2023-11-12/night", "2023-11-12", 8),
    ],
)  # fmt: skip
def test_shifts_by_name(words: str, day: str, hours: int) -> None:
    """START_NS is 07:13 of 2023-11-15 in Seoul."""
    shift = shift_named(words, THREE, START_NS)
    assert str(shift.day) == day
    assert (shift.end_ns - shift.begin_ns) // (3600 * 10**9) == hours


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("dawn", "there is no shift 'dawn'; take one of early, late, night"),
        ("soon/early", "'soon' is no day"),
        ("2023-11-16/early", "no such shift has begun"),
    ],
)
def test_shifts_that_are_none(words: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        shift_named(words, THREE, START_NS)
