"""The report of a study: what it says, in both languages, as a file that archives take."""

from __future__ import annotations

import re
import zlib
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cell.quality.report.gauge_report import contents, gauge_report
from cell.quality.studies.book import StudyBook
from cell.quality.studies.values import CELL, Evaluation, Study
from models.ground.writing import WriteError, write_whole
from tests.cell.small_disk import fill, prove
from tests.quality.aiag import VALUES, study
from tests.quality.test_studies import of

ZONE = ZoneInfo("Asia/Seoul")
AT = 1_780_000_000 * 10**9


def evaluated(folder: Path) -> Evaluation:
    """AIAG's study, the third appraiser being the cell."""
    truth, ratings = study()
    book = StudyBook(folder)
    wish = Study("2026-06 김민수", AT, "kim", "pcb", 3, "7", ("이서연", "B. Lee", CELL), 0)
    book.plan(wish, [of(n, VALUES[n], bool(truth[n])) for n in range(50)])
    for who, said in zip(wish.appraisers, ratings.values(), strict=True):
        times: dict[str, int] = {}
        while (look := book.look(wish.name, who)) is not None:
            turn = times.get(look.file, 0)
            times[look.file] = turn + 1
            bad = bool(said[int(look.file.removesuffix(".jpg")), turn])
            by = "pcb@1#abc+def" if who == CELL else ""
            book.judge(wish.name, who, look.place, bad, AT + look.place * 10**9, by)
    told = book.evaluation(wish.name, 0.95)
    book.close()
    return told


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    return evaluated(tmp_path_factory.mktemp("study"))


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_same_study_makes_the_same_file(told: Evaluation, lang: str) -> None:
    first = gauge_report(told, lang, ZONE)
    assert first == gauge_report(told, lang, ZONE)
    assert first.startswith(b"%PDF-1.7")
    assert b"pdfaid:part" in first or b"pdfaid" in unpacked(first)
    assert len(re.findall(rb"/Type\s*/Page\b", unpacked(first))) >= 3


def unpacked(pdf: bytes) -> bytes:
    """The file with its compressed streams opened."""
    found = [pdf]
    for stream in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(stream[1]))
        except zlib.error:
            continue
    return b"\n".join(found)


def test_what_it_says(told: Evaluation) -> None:
    said = contents(told, "en", ZONE)
    assert said["verdict"] == "Unacceptable"
    assert said["appraisers"][0][2] == "42/50 = 84.0%\n(70.9% – 92.8%)"
    assert said["appraisers"][2][0] == "The cell"
    assert "24" not in said["detection"]
    assert "0.023" in said["detection"]
    assert len(said["mixed"]) == 11
    assert dict(map(tuple, said["about"]))["The cell judged by"] == "pcb@1#abc+def"
    judged = dict(map(tuple, said["about"]))["Judged"]
    assert judged.endswith("KST")
    korean = contents(told, "ko", ZONE)
    assert korean["verdict"] == "불합격"
    assert korean["appraisers"][2][0] == "셀"
    assert korean["title"] == "게이지 연구 '2026-06 김민수'"


def test_every_sign_has_a_shape_in_the_fonts(told: Evaluation) -> None:
    """A sign without one would be printed as a box."""
    from PIL import ImageFont

    from cell.quality.report.document import HERE

    for file in sorted((HERE / "fonts").glob("*.ttf")):
        font = ImageFont.truetype(str(file), 40)
        box = bytes(font.getmask("\ue000"))
        for lang in ("en", "ko"):
            signs = set(str(contents(told, lang, ZONE))) - set(" \n\\\xa0")
            missing = {s for s in signs if bytes(font.getmask(s)) == box}
            assert not missing


def test_long_words_stay_in_their_cells(tmp_path: Path) -> None:
    """A recipe's fingerprint has no place to break a line at, and a page has an end."""
    import json

    import typst

    from cell.quality.report.document import HERE

    (tmp_path / "base.typ").write_text((HERE / "base.typ").read_text())
    file = tmp_path / "long.typ"
    file.write_text(
        '#import "base.typ": entries, sheet\n'
        '#let cell(words) = block(width: 80mm, sheet((1fr,), ("x",), ((words,),)))\n'
        '#let entry(words) = block(width: 120mm, entries(("x", "y"), (("x", words),), "x", "y"))\n'
        "#context [#metadata(\n"
        '  ("one", "pcb@1.4.1#" + "18e05376a24a" * 12).map(w => (cell, entry).map(\n'
        "    made => measure(made(w)).height.pt()))\n"
        ") <high>]\n"
    )
    found = typst.query(file, "<high>", field="value", one=True, root=tmp_path)
    short, long = json.loads(found)
    assert all(more > less + 5.0 for less, more in zip(short, long, strict=True)), (
        "lines are broken"
    )


def test_what_an_auditor_asks(told: Evaluation) -> None:
    """The counts behind kappa, and what a grade does not show."""
    from dataclasses import replace

    said = contents(told, "en", ZONE)
    looks = told.result.parts * told.result.trials
    assert len(said["crosses"]) == 6, "three appraisers against the reference, three pairs"
    assert all(sum(map(int, counts)) == looks for _, *counts in said["crosses"])
    first = told.result.appraisers[0]
    who, _, missed, alarms, _ = said["crosses"][0]
    assert (who, int(missed), int(alarms)) == (
        f"{first.name} – reference", first.miss.count, first.false_alarm.count,
    )  # fmt: skip
    assert not any("not independent" in one for one in said["remarks"])
    labelled = tuple(replace(one, labelled_by="B. Lee") for one in told.subjects)
    own = contents(replace(told, subjects=labelled), "en", ZONE)["remarks"]
    assert "labels of B. Lee" in own[0]
    assert not any("AIAG's example" in one for one in own), "50 parts, three of each"
    small = replace(told, result=replace(told.result, parts=12))
    assert "here they are 12, 3 and 3" in contents(small, "en", ZONE)["remarks"][0]


@pytest.mark.parametrize(
    ("top", "shares", "words"),
    [
        (0.2, True, ["0%", "5%", "10%", "15%", "20%"]),
        (0.1, True, ["0%", "2.5%", "5.0%", "7.5%", "10.0%"]),
        (0.5, False, ["0", "0.1", "0.2", "0.3", "0.4", "0.5"]),
        (1.0, False, ["0", "0.25", "0.50", "0.75", "1.00"]),
        (8.0, False, ["0", "2", "4", "6", "8"]),
        (4e-5, True, ["0%", "0.001%", "0.002%", "0.003%", "0.004%"]),
    ],
)
def test_a_scale_says_what_its_lines_are(top: float, shares: bool, words: list[str]) -> None:
    from cell.quality.report.drawing import ticks

    assert [told for _, told in ticks(top, shares=shares)] == words


@pytest.mark.parametrize("name", ["#set page()", "$x$ \\ *b* _i_ @a <b>", '김 & "co" \''])
def test_names_are_words_and_no_orders(told: Evaluation, name: str) -> None:
    """What people call things is printed as it is, whatever signs of the setter's are in it."""
    from dataclasses import replace

    odd = replace(told, study=replace(told.study, name=name))
    assert gauge_report(odd, "en", ZONE).startswith(b"%PDF")


def full_disk(folder: Path) -> None:
    """A report that finds no room leaves the one of before, and nothing else."""
    report = folder / "report.pdf"
    write_whole(report, b"before")
    content = gauge_report(evaluated(folder), "ko", ZONE)
    fill(folder, leave=4096)
    before = sorted(path.name for path in folder.iterdir())
    with pytest.raises(WriteError, match="make room"):
        write_whole(report, content)
    assert report.read_bytes() == b"before"
    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_full_disk_leaves_the_report_of_before(tmp_path: Path) -> None:
    prove("tests.quality.test_report", "full_disk", tmp_path)
