"""Every verb says what a reader left out or repaired, and none goes on over a lost defect."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from cell.faces.cli.app import app
from cell.faces.cli.labels import LabelReading
from cell.faces.cli.names import shown
from cell.lab.samples import class_table
from tests.data.sets import WRITERS, coco_content
from vision.lab.data.export import write_coco
from vision.lab.data.findings import Finding, Kind, Severity
from vision.lab.data.open import FORMATS, open_data
from vision.lab.data.reading import Unlabelled
from vision.lab.data.types import DataError, DataSet, Sample

MARKUP = "[/] [bold]\\"


def run(*arguments: object) -> tuple[int, str, str, str]:
    """Exit code, output, error stream and what was raised for the one line of it."""
    result = CliRunner().invoke(app, list(map(str, arguments)))
    said = "" if isinstance(result.exception, SystemExit) else str(result.exception or "")
    assert result.exception is None or isinstance(result.exception, SystemExit | DataError)
    return result.exit_code, result.stdout, result.stderr, said


@pytest.fixture
def lossy(tmp_path: Path) -> Path:
    """A COCO file with a class that is not listed, and a box that is clipped."""
    root = tmp_path / "set"
    root.mkdir()
    WRITERS["coco"](root)
    content = coco_content()
    content["annotations"][0]["category_id"] = 8
    content["annotations"][1]["bbox"] = [50, 8, 80, 16]
    (root / "instances.json").write_text(json.dumps(content))
    return root


VERBS: dict[str, tuple[str, ...]] = {
    "import": ("data", "import", "SET", "--out", "OUT"),
    "split": ("data", "split", "SET", "--out", "OUT.json", "--shares", "train=0.5,test=0.5"),
    "stats": ("data", "stats", "SET", "--json"),
    "evaluate": ("evaluate", "--data", "SET", "--split", "nowhere"),
    "thresholds": ("thresholds", "--data", "SET", "--split", "nowhere"),
}


@pytest.mark.parametrize("verb", VERBS)
def test_no_verb_goes_on_over_a_loss_unless_told_to(lossy: Path, tmp_path: Path, verb: str) -> None:
    names = {"SET": str(lossy), "OUT": str(tmp_path / "out"), "OUT.json": str(tmp_path / "o.json")}
    given = [names.get(word, word) for word in VERBS[verb]]
    code, out, _, said = run(*given)
    assert code != 0
    assert "category_id 8 is not among the categories" in said
    assert "--accept-losses" in said
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "o.json").exists()
    code, out, told, said = run(*given, "--accept-losses")
    assert "1 losses" in told
    assert "category_id 8" in told
    assert "reaches out of the 96x80 picture and was clipped" in told
    if verb in ("evaluate", "thresholds"):
        assert "nowhere" in said, "read, and only then refused for want of the split"
    else:
        assert (code, said) == (0, "")
    if verb == "stats":
        assert json.loads(out)["whole"]["pictures"] == 3, "a lost box makes no good part"


def test_training_reads_as_the_other_verbs_do(lossy: Path) -> None:
    with pytest.raises(DataError, match="--accept-losses"):
        LabelReading("auto", None, Unlabelled.REFUSE, False).open(lossy)
    told = LabelReading("auto", "(a|b)", Unlabelled.REFUSE, True)
    assert len(told.open(lossy).samples) == 3
    told = LabelReading("auto", "(a|b)", Unlabelled.SKIP, True)
    assert told.options == " --group-by '(a|b)' --unlabelled skip --accept-losses"


def test_what_was_repaired_is_said_and_does_not_refuse(lossy: Path, tmp_path: Path) -> None:
    file = lossy / "instances.json"
    file.write_text(file.read_text().replace('"category_id": 8', '"category_id": 9'))
    code, _, told, said = run("data", "import", lossy, "--out", tmp_path / "out")
    assert (code, said) == (0, "")
    assert "was clipped" in told
    assert "1 warnings of the labels" in told


@pytest.mark.parametrize("where", ["", "inside", "inside/deep", ".."])
def test_an_import_never_lands_in_its_source(tmp_path: Path, where: str) -> None:
    root = tmp_path / "home" / "set"
    root.mkdir(parents=True)
    WRITERS["yolo"](root)
    before = sorted(root.rglob("*"))
    with pytest.raises(DataError, match="lies in the data set"):
        write_coco(open_data(root), root / where)
    assert sorted(root.rglob("*")) == before


@pytest.mark.parametrize("name", ["coco", "yolo", "labelme", "masks", "mvtec"])
def test_copies_of_one_source_are_one_group_in_every_format(tmp_path: Path, name: str) -> None:
    WRITERS[name](tmp_path)
    (tmp_path / "groups.csv").unlink(missing_ok=True)
    for path in sorted(tmp_path.rglob("*")):
        if path.is_file() and path.suffix in (".png", ".jpg", ".txt", ".json"):
            stem, _, mask = path.stem.partition("_")
            if stem in ("a", "b"):
                end = f"_{mask}" if mask else ""
                path.rename(path.with_name(f"s.rf.{stem}{end}{path.suffix}"))
    for file in tmp_path.rglob("*.json"):
        text = file.read_text().replace(', "group": "ab"', "")
        for stem in "ab":
            text = text.replace(f'"{stem}.', f'"s.rf.{stem}.')
        file.write_text(text)
    groups = {Path(s.name).name: s.group for s in open_data(tmp_path).samples}
    assert groups["s.rf.a"] == groups["s.rf.b"]
    assert groups["s.rf.a"].endswith("s")
    assert len(set(groups.values())) == 3


def test_paths_of_an_import_hold_through_links(tmp_path: Path) -> None:
    root, real = tmp_path / "set", tmp_path / "far" / "away"
    root.mkdir()
    real.mkdir(parents=True)
    WRITERS["coco"](root)
    (tmp_path / "near").symlink_to(real)
    file = write_coco(open_data(root), tmp_path / "near" / "out")
    assert len(open_data(file).samples) == 4


def test_an_output_is_no_input(tmp_path: Path) -> None:
    WRITERS["coco"](tmp_path)
    file = tmp_path / "instances.json"
    before = file.read_bytes()
    result = CliRunner().invoke(app, ["data", "split", str(tmp_path), "--out", str(file)])
    assert result.exit_code != 0
    assert file.read_bytes() == before


def test_names_are_printed_as_they_are(tmp_path: Path) -> None:
    WRITERS["coco"](tmp_path)
    file = tmp_path / "instances.json"
    content = coco_content()
    content["categories"][0]["name"] = MARKUP
    content["images"][0]["group"] = MARKUP
    file.write_text(json.dumps(content))
    out = tmp_path.parent / f"{tmp_path.name}.json"
    for verb in (("stats", tmp_path), ("split", tmp_path, "--out", out, "--shares", "[a=1")):
        code, said, _, error = run("data", *verb)
        assert (code, error) == (0, "")
        assert MARKUP in said
    code, said, _, _ = run("data", "check", tmp_path)
    assert code == 0


def test_a_name_stays_in_one_line_of_text() -> None:
    odd = "a\nb\x1b[31m\udcc7"
    finding = Finding(Kind.NAME, Severity.ERROR, Path(odd), odd, odd)
    assert finding.text.isprintable()
    assert finding.text.encode()
    assert "\\n" in shown(odd)


def with_classes(names: tuple[str, ...], *labels: int) -> DataSet:
    samples = [
        Sample(f"p{i}", Path("p"), (9, 9), "g", np.ones((1, 4), np.float32), np.array([label]))
        for i, label in enumerate(labels)
    ]
    return DataSet("coco", Path("set"), names, samples)


def test_a_class_without_a_box_does_not_hinder_evaluation() -> None:
    data = with_classes(("screws", "Pitting"), 1, 1)
    table = class_table(data, ("Pitting",))
    assert table is not None
    assert table[1] == 0
    with pytest.raises(DataError, match="'screws' of the data is none of the model's"):
        class_table(with_classes(("screws", "Pitting"), 1, 0), ("Pitting",))


def test_a_check_of_a_set_without_a_usable_picture_lists_what_is_wrong(tmp_path: Path) -> None:
    WRITERS["deeppcb"](tmp_path)
    for picture in tmp_path.rglob("*_test.png"):
        picture.unlink()
    label = tmp_path / "PCBData/group00001/00001_not/a.txt"
    label.write_text(f"1 2 {'9' * 400} 4 77\n")
    page = tmp_path.parent / f"{tmp_path.name}.html"
    code, said, _, error = run("data", "check", tmp_path, "--report", page)
    assert (code, error) == (1, "")
    assert "4 errors" in said
    assert "a_test.jpg: is not there" in said
    assert page.is_file()
    WRITERS["deeppcb"](tmp_path)
    label.write_text(f"1 2 {'9' * 400} 4 77\n")
    code, said, _, error = run("data", "check", tmp_path, "--report", page)
    assert (code, error) == (1, "")
    assert "class 77 is not 1..6" in said


def test_a_check_names_classes_without_a_box(tmp_path: Path) -> None:
    WRITERS["coco"](tmp_path)
    content = coco_content()
    content["categories"].insert(0, {"id": 0, "name": "parts", "supercategory": "none"})
    (tmp_path / "instances.json").write_text(json.dumps(content))
    code, said, _, _ = run("data", "check", tmp_path)
    assert code == 0
    assert "no box has the class 'parts'" in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--group-by", "nobody([0-9]+)"), "finds nothing in any name"),
        (("--shares", "a=nan,b=0.5"), "each must be above 0"),
        (("--shares", "a=0.5,a=0.5"), "names a split twice"),
    ],
)
def test_what_has_no_effect_is_refused(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    WRITERS["coco"](tmp_path)
    out = tmp_path.parent / f"{tmp_path.name}.json"
    result = CliRunner().invoke(
        app, ["data", "split", str(tmp_path), "--out", str(out), *arguments]
    )
    assert words in str(result.exception)
    assert not out.exists()


def test_groups_of_one_split_may_be_given_twice(tmp_path: Path) -> None:
    WRITERS["coco"](tmp_path)
    out = tmp_path.parent / f"{tmp_path.name}.json"
    fixed = ("--fixed", "a=ab", "--fixed", "b=c", "--fixed", "a=d")
    code, _, _, error = run("data", "split", tmp_path, "--out", out, "--shares", "none", *fixed)
    assert (code, error) == (0, "")
    assert json.loads(out.read_text())["groups"] == {"a": ["ab", "d"], "b": ["c"]}


@pytest.mark.parametrize(
    "text", ['{"version": 1, "format": "coco", "groups": {"a": ["ab"], "a": ["c", "d"]}}',
             '{"version": 1, "format": "coco", "groups": {"a": NaN}}', "[" * 100_000],
)  # fmt: skip
def test_a_split_file_in_doubt_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    WRITERS["coco"](tmp_path)
    file = tmp_path.parent / f"{tmp_path.name}.json"
    file.write_text(text)
    code, _, _, said = run("data", "stats", tmp_path, "--split", file)
    assert code != 0
    assert str(file) in said
    assert "\n" not in said


@pytest.mark.parametrize("name", sorted(WRITERS))
def test_unlabelled_is_refused_where_no_picture_can_be(tmp_path: Path, name: str) -> None:
    WRITERS[name](tmp_path)
    if FORMATS[name].bare:
        open_data(tmp_path, name, unlabelled=Unlabelled.GOOD)
        return
    with pytest.raises(DataError, match="--unlabelled has no effect"):
        open_data(tmp_path, name, unlabelled=Unlabelled.GOOD)
