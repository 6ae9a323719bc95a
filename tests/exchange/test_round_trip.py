"""What goes out comes back the same, or as the table of formats says."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from cell.labels.exchange.exporting import export
from cell.labels.exchange.importing import reading
from cell.labels.exchange.names import as_paths
from cell.labels.exchange.table import FORMATS
from tests.exchange.drawn import (
    NAMES,
    Drawn,
    as_held,
    as_named,
    drawn_sets,
    lay,
    sound_set,
)

QUICK = settings(
    max_examples=30, deadline=None, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip


@pytest.mark.parametrize("format", FORMATS)
@QUICK
@given(drawn=drawn_sets())
def test_labels_come_back_as_the_table_says(format: str, drawn: list[Drawn]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        items = lay(folder, drawn)
        kept = [i for i in items if as_held(i.labelled, "", format) is not None]
        if not kept:
            return
        names = as_named(kept)
        wanted = {
            held for item, name in zip(kept, names, strict=True)
            if (held := as_held(item.labelled, name, format)) is not None
        }  # fmt: skip
        told = export(items, folder / "out", format)
        assert told.pictures == len(wanted)
        plain = {replace(one, picture=items[0].labelled.picture) for one in wanted}
        if not plain <= {replace(i.labelled, picture=items[0].labelled.picture) for i in items}:
            assert told.lost, "what a format cannot hold is told"
        with reading(told.target, format) as found:
            assert {item.labelled for item in found.items} == wanted


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("name", ["out", "out.zip", "out.tar.gz", "부품 set.zip"])
def test_each_way_of_packing_holds_the_same(tmp_path: Path, format: str, name: str) -> None:
    items = sound_set(tmp_path)
    told = export(items, tmp_path / name, format, classes=("dent",))
    wanted = [as_held(i.labelled, i.labelled.picture.name[:-4], format) for i in items]
    with reading(told.target, format) as found:
        assert [item.labelled for item in found.items] == [one for one in wanted if one is not None]
        assert all(item.file.read_bytes() for item in found.items)
    assert not list(tmp_path.glob(".*"))


def test_the_same_labels_give_the_same_bytes(tmp_path: Path) -> None:
    items = sound_set(tmp_path)
    for format in FORMATS:
        one, other = (
            export(items, tmp_path / f"{format}-{number}.zip", format).target for number in "12"
        )
        assert one.read_bytes() == other.read_bytes()


def test_names_become_paths_that_every_system_can_have_and_none_is_taken_twice() -> None:
    paths = as_paths([*NAMES, "a", "부품-3", "x" * 300, "", "a\0b", ".hidden", "end.", "a/./b"])
    assert len({path.casefold() for path in paths}) == len(paths)
    for path in paths:
        assert not Path(path).is_absolute()
        assert ".." not in Path(path).parts
        assert not set('<>:"\\|?*\0') & set(path)
        assert all(len(part.encode()) < 220 and part[0] != "." for part in Path(path).parts)
    odd = ("A.png", "..", "../up.png", "C:\\x.png", "tag&<x>'\".png", ".png")
    plain = [name for name in NAMES if name not in odd]
    assert as_paths(plain) == plain
