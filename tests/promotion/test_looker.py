"""A look that cannot be done ends in one line."""

from __future__ import annotations

import errno
import sys
import tempfile
from pathlib import Path

import pytest

from cell.config import CellConfig, load
from cell.promotion import looker as module
from cell.promotion.errors import PromotionError
from cell.promotion.looker import LOG, Looker
from models.ground.text import read


@pytest.fixture
def config(tmp_path: Path) -> CellConfig:
    (tmp_path / "data").mkdir()
    return load(None, {"data_dir": str(tmp_path / "data")})


def refusal(config: CellConfig) -> str:
    """The code of what is said; afterwards one can look again."""
    looker = Looker(config)
    with pytest.raises(PromotionError) as refused:
        looker.measure("ball_screw", "june")
    assert not looker.busy
    found = read(str(refused.value))
    assert found is not None
    return found.code


def test_a_full_disk_is_told_in_one_line(
    config: CellConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as for_now:
        for_now.setattr(tempfile, "mkdtemp", full)
        assert refusal(config) == "store.full"
    assert refusal(config) == "label.set_unknown", "it has looked again"


def test_a_log_that_cannot_be_written_is_told_in_one_line(config: CellConfig) -> None:
    (config.data_dir / LOG).mkdir()
    assert refusal(config) == "store.unwritable"


def test_a_look_that_is_killed_in_the_middle_of_a_word_is_told_in_one_line(
    config: CellConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "python"
    word = "import os; os.write(1, b'{\"done\": 0.'); os.kill(os.getpid(), 9)"
    program.write_text(f"#!{sys.executable}\n{word}\n")
    program.chmod(0o755)
    monkeypatch.setattr(module.sys, "executable", str(program))
    assert refusal(config) == "promotion.look_ended"
