"""A shift calendar with gaps or overlaps is refused in one line, with its file and its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from cell.config import dump, load
from cell.config.load import ConfigError


def calendar(folder: Path, begin: str, end: str, **more: Any) -> Path:
    """The demo cell's configuration, whose late shift lies here."""
    file = folder / "cell.yaml"
    dump(load(None, {"data_dir": str(folder)}), file)
    told = yaml.safe_load(file.read_text())
    told["quality"] = {
        "time_zone": "Asia/Seoul",
        "shifts": [
            {"name": "early", "begin": "06:00", "end": "14:00"},
            {"name": "late", "begin": begin, "end": end},
            {"name": "night", "begin": "22:00", "end": "06:00"},
        ],
    } | more
    file.write_text(json.dumps(told))  # which is YAML, too
    return file


@pytest.mark.parametrize(
    ("begin", "end", "words"),
    [
        ("13:00", "22:00", "'early' and 'late' overlap from mon 13:00 to mon 14:00: move one"),
        ("15:00", "22:00", "no shift covers mon 14:00 to mon 15:00: lengthen one, or add"),
        ("14:00", "21:00", "no shift covers mon 21:00 to mon 22:00"),
        ("14:00", "23:00", "'late' and 'night' overlap from mon 22:00 to mon 23:00"),
    ],
)
def test_gaps_and_overlaps(tmp_path: Path, begin: str, end: str, words: str) -> None:
    file = calendar(tmp_path, begin, end)
    with pytest.raises(ConfigError) as refused:
        load(file, {})
    said = str(refused.value)
    assert said.startswith(f"{file}: 'quality': ")
    assert words in said
    assert "\n" not in said
    assert "{" not in said, "no half of the file"


def test_a_calendar_without_its_zone(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"'quality': time_zone is missing: name the one of"):
        load(calendar(tmp_path, "14:00", "22:00", time_zone=""), {})


def test_one_that_fits(tmp_path: Path) -> None:
    assert len(load(calendar(tmp_path, "14:00", "22:00"), {}).quality.shifts) == 3
