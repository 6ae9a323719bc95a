"""`cell data`: what it writes reads back the same, and when it fails it leaves nothing."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from cell.faces.cli.app import app
from tests.data.sets import WRITERS, put, texture
from vision.lab.data.open import open_data
from vision.lab.data.types import DataError

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def invoke(*arguments: object) -> tuple[int, str, BaseException | None]:
    result = CliRunner().invoke(app, ["data", *map(str, arguments)])
    error = None if isinstance(result.exception, SystemExit) else result.exception
    return result.exit_code, result.stdout, error


@pytest.mark.parametrize("copy", [False, True])
def test_an_import_reads_back_the_same(
    source: tuple[str, Path], tmp_path: Path, copy: bool
) -> None:
    _, root = source
    before = open_data(root)
    out = tmp_path / "deep" / "out"
    code, said, error = invoke("import", root, "--out", out, *(["--copy"] if copy else []))
    assert (code, error) == (0, None)
    assert "4 pictures, 3 boxes" in said
    if copy:
        shutil.rmtree(root)
    after = open_data(out)
    assert after.classes == before.classes
    for old, new in zip(before.samples, after.samples, strict=True):
        assert (new.name, new.group, new.size) == (old.name, old.group, old.size)
        np.testing.assert_allclose(new.boxes, old.boxes, atol=1e-4)
        np.testing.assert_array_equal(new.labels, old.labels)
        for path, was in ((new.image, old.image), (new.golden, old.golden), (new.mask, old.mask)):
            assert (path is None) == (was is None)
            assert path is None or path.is_file()
            assert path is None or (out in path.resolve().parents) == copy


def test_a_failed_import_leaves_nothing(tmp_path: Path) -> None:
    root, out = tmp_path / "set", tmp_path / "new" / "out"
    WRITERS["coco"](root)
    data = open_data(root)
    (root / "images" / "c.png").unlink()
    from vision.lab.data.export import write_coco

    with pytest.raises(DataError, match=r"c\.png: No such file"):
        write_coco(data, out, copy=True)
    assert list(out.parent.iterdir()) == []
    code, _, error = invoke("import", root, "--out", out)
    assert code != 0
    assert isinstance(error, DataError)
    assert list(out.parent.iterdir()) == []
    (out / "mine").mkdir(parents=True)
    with pytest.raises(DataError, match="already and not empty"):
        write_coco(data, out)
    assert list(out.iterdir()) == [out / "mine"]


def test_names_cannot_lead_a_copy_out_of_its_folder(tmp_path: Path) -> None:
    root, out = tmp_path / "set", tmp_path / "out"
    WRITERS["coco"](root)
    file = root / "instances.json"
    content = json.loads(file.read_text())
    content["images"][0]["name"] = "../../stolen"
    file.write_text(json.dumps(content))
    assert invoke("import", root, "--out", out, "--copy")[0] == 0
    assert (out / "images" / "stolen.png").is_file()
    assert not list(tmp_path.glob("stolen*"))


def test_split_stats_and_check_work_together(tmp_path: Path) -> None:
    root, split = tmp_path / "set", tmp_path / "split.json"
    WRITERS["deeppcb"](root)
    fixed = ("--fixed", "train=00001", "--fixed", "demo=00002")
    code, said, error = invoke("split", root, "--out", split, "--shares", "none", *fixed)
    assert (code, error) == (0, None)
    assert "demo" in said
    code, said, _ = invoke("stats", root, "--split", split, "--json")
    counted = json.loads(said)
    assert counted["whole"]["sizes"] == {"96x80": 4}
    assert {name: part["boxes"] for name, part in counted["splits"].items()} == {
        "train": 2, "demo": 1,
    }  # fmt: skip
    code, said, _ = invoke("stats", root, "--split", split)
    assert "short" in said
    page = tmp_path / "check.html"
    code, said, _ = invoke("check", root, "--split", split, "--report", page)
    assert code == 0
    assert "0 errors, 2 warnings" in said, "the board without labels, classes without a board"
    put(root / "PCBData/group00002/00002/d_test.png", texture(0))
    code, said, _ = invoke("check", root, "--split", split, "--report", page)
    assert code == 1
    assert "Same picture in two splits" in said
    assert "d_test.png" in said or "a_test.png" in said
    html = page.read_text()
    assert html.count("data:image/jpeg;base64,") >= 2
    assert "http" not in html.replace("http-equiv", ""), "nothing is fetched"


def test_a_check_counts_no_part_good_whose_label_is_lost(tmp_path: Path) -> None:
    root, split, page = tmp_path / "set", tmp_path / "split.json", tmp_path / "check.html"
    WRITERS["coco"](root)
    shares = ("--shares", "train=0.5,test=0.5")
    assert invoke("split", root, "--out", split, *shares)[0] == 0
    file = root / "instances.json"
    file.write_text(file.read_text().replace('"category_id": 7', '"category_id": 8'))
    (root / "images" / "d.png").unlink()
    code, said, error = invoke("check", root, "--split", split, "--report", page)
    assert (code, error) == (1, None)
    assert "category_id 8 is not among the categories" in said
    assert "d.png: is not there" in said
    assert "No good parts" in said
    assert "<b>0</b>good parts" in page.read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--shares", "train"), "not NAME=VALUE"),
        (("--shares", "none", "--fixed", "train=a", "--seed", "3"), "--seed has no effect"),
        (("--shares", "train=x"), "no number"),
        (("--fixed", "train"), "not NAME=VALUE"),
        (("--shares", "train=1", "--fixed", "train=nobody"), "nobody"),
        (("--group-by", "(", "--shares", "train=1"), "regular expression"),
    ],
)
def test_bad_usage_is_said_and_writes_nothing(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    root, out = tmp_path / "set", tmp_path / "split.json"
    WRITERS["coco"](root)
    code, _, error = invoke("split", root, "--out", out, *arguments)
    assert code != 0
    assert words in str(error)
    assert not out.exists()


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium")
def test_the_report_opens_in_a_browser(tmp_path: Path) -> None:
    root, page = tmp_path / "set", tmp_path / "check.html"
    WRITERS["coco"](root)
    put(root / "images" / "d.png", texture(0))
    assert invoke("check", root, "--report", page)[0] == 0
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    done = subprocess.run(
        [*command, f"--user-data-dir={tmp_path}/profile", page.as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert "Same picture twice" in done.stdout
