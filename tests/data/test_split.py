"""Groups are never divided, whatever the set; the same seed gives the same split."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from cell.faces.cli.app import app
from cell.faces.cli.errors import UsageError
from cell.faces.cli.verbs.train import SPLIT_FILE, split_of_run
from models.ground.writing import WriteError
from tests.data.sets import WRITERS
from vision.lab.data.open import open_data
from vision.lab.data.split import (
    SHARES,
    Split,
    load_split,
    named_groups,
    save_split,
    split_by_group,
    split_or_default,
)
from vision.lab.data.stats import stats_of
from vision.lab.data.types import DataError, DataSet, Sample

Rows = list[tuple[int, tuple[int, ...]]]


def data_of(rows: Rows, classes: int = 3) -> DataSet:
    """A set in memory: for each picture its group and the classes on it."""
    samples = []
    for number, (group, labels) in enumerate(rows):
        boxes = np.tile(np.array([1, 1, 9, 9], np.float32), (len(labels), 1))
        array = np.array(labels, np.int64)
        name = f"p{number}"
        samples.append(Sample(name, Path(name), (10, 10), f"g{group}", boxes, array))
    return DataSet("memory", Path("memory"), tuple("abc"[:classes]), samples)


picture = st.tuples(st.integers(0, 30), st.lists(st.integers(0, 2), max_size=3).map(tuple))


@settings(max_examples=80, deadline=None)
@given(st.lists(picture, min_size=3, max_size=80), st.integers(0, 2**31))
def test_laws_of_splitting(rows: Rows, seed: int) -> None:
    data = data_of(rows)
    if len({group for group, _ in rows}) < len(SHARES):
        with pytest.raises(DataError, match="cannot fill 3 splits"):
            split_by_group(data, SHARES, seed)
        return
    split = split_by_group(data, SHARES, seed)
    dealt = [name for name in split.names for _ in split.groups[name]]
    groups = [group for name in split.names for group in split.groups[name]]
    assert sorted(groups) == sorted({s.group for s in data.samples}), "each group once"
    assert set(dealt) == set(SHARES), "no split is empty"
    names = [sample.name for name in split.names for sample in split.of(name)]
    assert sorted(names) == sorted(s.name for s in data.samples)
    assert split_by_group(data, SHARES, seed) == split


def test_shares_and_rare_classes_are_kept() -> None:
    rng = np.random.default_rng(5)
    rows: Rows = []
    for group in range(120):
        labels = (2,) if group % 12 == 0 else (0,) if group % 3 else ()
        rows += [(group, labels)] * int(rng.integers(1, 7))
    split = split_by_group(data_of(rows), SHARES, 1)
    counted = stats_of(split.data, split)
    whole = counted.whole
    for name, share in SHARES.items():
        part = counted.splits[name]
        assert part.pictures == pytest.approx(share * whole.pictures, rel=0.1)
        assert part.good == pytest.approx(share * whole.good, rel=0.15)
        for mine, all_ in zip(part.classes, whole.classes, strict=True):
            assert mine.pictures == pytest.approx(share * all_.pictures, rel=0.25, abs=1)
    assert split_by_group(split.data, SHARES, 2) != split


def test_fixed_groups_stay_where_they_are_put() -> None:
    data = data_of([(group, (group % 3,)) for group in range(20)])
    split = split_by_group(data, SHARES, 0, {"test": ["g3", "g4"], "validation": ["g5"]})
    assert {"g3", "g4"} <= set(split.groups["test"])
    assert "g5" in split.groups["validation"]


def deal(shares: Mapping[str, float], **fixed: list[str]) -> Callable[[DataSet], Split]:
    return lambda data: split_by_group(data, shares, 0, fixed)


HALVES = {"a": 0.5, "b": 0.5}


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (deal({"a": 0.5, "b": 0.6}), "all together 1"),
        (deal({"a": 1.5, "b": -0.5}), "above 0"),
        (deal({}), "shares none"),
        (deal(HALVES, a=["nobody"]), "'nobody', which is not there"),
        (deal(HALVES, c=["g1"]), "no share"),
        (deal(HALVES, a=["g1"], b=["g1"]), "'g1' is in 'a' and in 'b'"),
        (deal(HALVES, a=["g0", "g1", "g2"]), "'b' gets no group"),
        (lambda data: named_groups(data, {"a": ["g0"]}), "in no split: g1, g2"),
    ],
)
def test_what_cannot_be_split(make: Callable[[DataSet], Split], words: str) -> None:
    with pytest.raises(DataError, match=words):
        make(data_of([(0, ()), (1, ()), (2, ())]))


def test_training_deals_as_data_split_does_and_keeps_the_split(tmp_path: Path) -> None:
    data, run = data_of([(i, (i % 2,)) for i in range(20)]), tmp_path / "run"
    usual = split_or_default(data)
    assert split_of_run(data, None, run, resume=False) == usual
    assert load_split(run / SPLIT_FILE, data) == usual
    mine = tmp_path / "mine.json"
    save_split(split_by_group(data, SHARES, 7), mine)
    assert split_of_run(data, mine, run, resume=False) == load_split(mine, data) != usual
    assert split_of_run(data, None, run, resume=True) == load_split(mine, data)
    assert split_of_run(data, None, run, resume=False) == usual
    (run / SPLIT_FILE).unlink()
    with pytest.raises(UsageError, match="the split that the run began with"):
        split_of_run(data, None, run, resume=True)


def test_the_command_and_training_have_one_default(tmp_path: Path) -> None:
    root, out = tmp_path / "set", tmp_path / "split.json"
    WRITERS["labelme"](root)
    made = CliRunner().invoke(app, ["data", "split", str(root), "--out", str(out)])
    assert made.exit_code == 0, made.output
    data = open_data(root)
    assert load_split(out, data) == split_or_default(data)


def test_a_split_is_saved_and_read(tmp_path: Path) -> None:
    WRITERS["deeppcb"](tmp_path)
    data = open_data(tmp_path)
    split = named_groups(data, {"train": ["00001"], "demo": ["00002"]})
    file = tmp_path / "split.json"
    save_split(split, file)
    again = load_split(file, data)
    assert again.groups == split.groups
    assert [s.name for s in again.of("train")] == ["a", "b"]
    with pytest.raises(DataError, match="no split 'test'; choose one of train, demo"):
        again.of("test")
    content = json.loads(file.read_text())
    del content["groups"]["demo"]
    file.write_text(json.dumps(content))
    with pytest.raises(DataError, match=r"split.json: does not fit the data: .*00002"):
        load_split(file, data)
    file.write_text('{"format": "deeppcb"}')
    with pytest.raises(DataError, match="groups: Field required"):
        load_split(file, data)
    with pytest.raises(WriteError, match="cannot be written"):
        save_split(split, tmp_path / "no" / "split.json")
