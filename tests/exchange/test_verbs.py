"""`cell labels export` and `import`, and the page about them."""

from __future__ import annotations

from pathlib import Path

import pytest

from cell.config.labels import LabelsConfig
from cell.faces.cli.app import run_verb
from cell.faces.cli.errors import UsageError
from cell.labels.book import LabelBook
from cell.labels.exchange.bringing import bring_in
from cell.labels.exchange.errors import ExchangeError
from cell.labels.exchange.exporting import export
from cell.labels.exchange.importing import reading
from cell.labels.exchange.table import FORMATS, as_markdown
from cell.labels.label import LabelError
from cell.texts import render
from models.ground.errors import UserError
from tests.exchange.drawn import sound_set

PAGE = Path(__file__).parents[2] / "docs" / "label-files.md"


def test_the_page_shows_the_table_of_the_code() -> None:
    assert as_markdown() in PAGE.read_text(encoding="utf-8")


@pytest.fixture
def book(tmp_path: Path) -> LabelBook:
    (tmp_path / "data").mkdir()
    return LabelBook.open(tmp_path / "data", LabelsConfig(review_share=0.0))


@pytest.mark.parametrize("format", FORMATS)
def test_a_set_goes_out_and_comes_into_another_cell(
    tmp_path: Path, book: LabelBook, format: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first = export(sound_set(tmp_path), tmp_path / "first", "coco").target
    with reading(first, "coco") as found:
        assert bring_in(book, found, "kim", 1).new == 4
    book.freeze("one", "kim", 2)
    data, target = str(tmp_path / "data"), str(tmp_path / "set.zip")
    words = ["labels", "export", "one", "--to", target, "--format", format, "--data", data]
    assert run_verb(words) == 0
    assert f"3 pictures of the set one as {format}" in capsys.readouterr().out
    other = tmp_path / "other"
    other.mkdir()
    words = ["labels", "import", target, "--format", format, "--person", "lee"]
    for told in ("3 labels, 0 of before", "0 labels, 3 of before"):
        assert run_verb([*words, "--data", str(other)]) == 0
        assert told in capsys.readouterr().out
    there = LabelBook.open(other, LabelsConfig())
    there.freeze("same", "lee", 3, only_settled=False)
    names = {member.labelled.picture.name for member in there.members("same")}
    assert names == {f"part-{number}.png" for number in range(3)}
    if FORMATS[format].holds.polygons and FORMATS[format].holds.boxes:
        assert there.label_set("same").classes == book.label_set("one").classes
        shapes = [
            {m.labelled.shapes for m in b.members(n)} for b, n in ((book, "one"), (there, "same"))
        ]
        assert shapes[0] == shapes[1]
    book.close()
    there.close()


def test_contrary_labels_become_conflicts(
    tmp_path: Path, book: LabelBook, capsys: pytest.CaptureFixture[str]
) -> None:
    items = sound_set(tmp_path)
    target = export(items, tmp_path / "out", "labelme").target
    with reading(target, "labelme") as found:
        bring_in(book, found, "kim", 1)
    book.close()
    file = target / "part-0.json"
    file.write_text(file.read_text().replace("긁힘", "dent"))
    words = ["labels", "import", str(target), "--format", "labelme", "--person", "lee"]
    assert run_verb([*words, "--data", str(tmp_path / "data")]) == 0
    said = capsys.readouterr().out
    assert "0 labels, 3 of before" in said
    assert "1 contrary to labels of before: part-0.png" in said
    assert (
        run_verb(
            ["audit", "list", "--data", str(tmp_path / "data"), "--json", "--what", "labels.import"]
        )
        == 0
    )
    lines = capsys.readouterr().out.replace(": ", ":").replace(", ", ",")
    assert '"after":{"format":"labelme","person":"lee"}' in lines
    assert '"contrary":1' in lines


def test_a_source_with_a_fault_brings_nothing_in(tmp_path: Path, book: LabelBook) -> None:
    target = export(sound_set(tmp_path), tmp_path / "out", "yolo-detect").target
    next(target.rglob("part-2.txt")).write_text("0 .5 .5 nonsense .5\n")
    words = ["labels", "import", str(target), "--format", "yolo-detect", "--person", "lee"]
    words += ["--data", str(tmp_path / "data")]
    for asked, line in (
        (words, "part-2.txt: line 1"),
        ([*words[:3], "--format", "coco", *words[5:]], "COCO files here: none"),
    ):
        with pytest.raises(UserError) as caught:
            run_verb(asked)
        assert line in render(str(caught.value))
    assert not book.queue(0).items
    with pytest.raises(UsageError, match="not OLD=NEW"):
        run_verb([*words, "--class", "dent"])
    book.close()


def test_classes_that_a_recipe_does_not_know_are_refused(tmp_path: Path, book: LabelBook) -> None:
    book.close()
    target = export(sound_set(tmp_path), tmp_path / "out", "coco").target
    words = ["labels", "import", str(target), "--format", "coco", "--person", "lee"]
    words += ["--data", str(tmp_path / "data"), "--recipe", "pcb"]
    with pytest.raises(ExchangeError) as caught:
        run_verb(words)
    assert "--class dent=NAME" in render(str(caught.value))
    assert run_verb([*words, "--class", "dent=open", "--class", "긁힘=short"]) == 0


def test_a_class_that_nobody_can_read_comes_in_under_another_name(
    tmp_path: Path, book: LabelBook
) -> None:
    target = export(sound_set(tmp_path), tmp_path / "out", "coco").target
    file = target / "instances.json"
    file.write_text(file.read_text().replace('"dent"', '"de\\u202ent"'))
    words = ["labels", "import", str(target), "--format", "coco", "--person", "lee"]
    words += ["--data", str(tmp_path / "data")]
    with pytest.raises(LabelError) as caught:
        run_verb(words)
    assert "dent cannot be the name of a class" in render(str(caught.value))
    assert not book.queue(0).items
    assert run_verb([*words, "--class", "de\u202ent=dent"]) == 0
    book.close()


def test_formats_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_verb(["labels", "formats"]) == 0
    said = capsys.readouterr().out
    assert all(f"{name}:" in said for name in FORMATS)
    assert "`" not in said
