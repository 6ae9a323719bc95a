"""A package takes the place of another, whatever happens meanwhile."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from models.ground.exchange import exchanged
from vision.lab.importing import package as module
from vision.lab.importing.package import put_back, put_in_place

AGAIN = """
import sys
from pathlib import Path
from vision.lab.importing.package import put_in_place
folder = Path(sys.argv[1])
print("ready", flush=True)
n = 0
while True:
    n += 1
    fresh = folder.with_name("new.part")
    if not fresh.exists():
        fresh.mkdir()
    (fresh / "card.json").write_text(f"{n}")
    put_in_place(fresh, folder)
"""


def packages(folder: Path) -> tuple[Path, Path]:
    """One that lies there, and a fresh one."""
    made = folder / "own", folder / "own.part"
    for one in made:
        one.mkdir()
        (one / "card.json").write_text(one.name)
    return made


@pytest.mark.parametrize("can", [True, False])
def test_the_fresh_one_takes_the_place(
    tmp_path: Path, can: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, fresh = packages(tmp_path)
    if not can:
        monkeypatch.setattr(module, "exchanged", lambda *_: False)
    put_in_place(fresh, folder)
    assert (folder / "card.json").read_text() == "own.part"
    assert [one.name for one in tmp_path.iterdir()] == ["own"]


def test_what_a_kill_left_between_two_renames_is_put_back(tmp_path: Path) -> None:
    folder, fresh = packages(tmp_path)
    folder.rename(tmp_path / "own.old")
    put_back(folder)
    assert (folder / "card.json").read_text() == "own"
    put_in_place(fresh, folder)
    assert [one.name for one in tmp_path.iterdir()] == ["own"]


def test_the_package_is_there_whenever_its_writer_is_killed(tmp_path: Path) -> None:
    folder, fresh = packages(tmp_path)
    if not exchanged(fresh, folder):
        pytest.skip("this file system exchanges no names")
    for k in range(5):
        with subprocess.Popen(
            [sys.executable, "-c", AGAIN, str(folder)], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
            time.sleep(0.03 * k)
            writer.kill()
        assert (folder / "card.json").is_file()
