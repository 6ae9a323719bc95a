"""Folders for work that leaves nothing behind, however its program ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.ground.scratch import LOCK, PREFIX, scratch, sweep, sweep_parts

HOLDS = (
    "import sys, time; from pathlib import Path; from models.ground.scratch import scratch\n"
    "with scratch('test', Path(sys.argv[1])) as own:\n"
    "    (own / 'file').write_text('x'); print(own, flush=True); time.sleep(600)\n"
)


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A program that works in a folder of its own."""
    words = [sys.executable, "-c", HOLDS, str(tmp_path)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield process, Path(process.stdout.readline().strip())
    process.kill()
    process.communicate()


def test_what_a_killed_program_has_left_goes_with_the_next_one_s_start(
    tmp_path: Path, holder: tuple[subprocess.Popen[str], Path]
) -> None:
    process, own = holder
    with scratch("other", tmp_path) as mine:
        assert list(mine.iterdir()) == [], "the lock is nobody's business"
        sweep(tmp_path)
        assert (own / "file").exists(), "a living one's stays"
        process.send_signal(signal.SIGKILL)
        process.wait()
        with scratch("third", tmp_path):
            assert not own.parent.exists()
        assert mine.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_never_got_its_lock_goes_when_it_is_old(tmp_path: Path) -> None:
    young, old, other = (tmp_path / f"{PREFIX}{name}" for name in ("young", "old", "other"))
    for folder in (young, old, other):
        folder.mkdir()
    (other / "something").touch()
    for folder in (old, other):
        os.utime(folder, (0, 0))
    sweep(tmp_path)
    assert (young.exists(), old.exists(), other.exists()) == (True, False, True)


def test_what_was_half_written_goes_when_it_is_old(tmp_path: Path) -> None:
    names = (f".{'a' * 12}.part", f".{'b' * 12}.part", "own.part", ".c.part")
    files = [tmp_path / name for name in names]
    for file in files[:1] + files[2:]:
        file.touch()
    files[1].mkdir()
    (files[1] / "card.json").touch()
    sweep_parts([tmp_path, tmp_path / "gone"])
    assert all(file.exists() for file in files), "somebody may be writing them"
    for file in files:
        os.utime(file, (0, 0))
    sweep_parts([tmp_path])
    assert [file.exists() for file in files] == [False, False, True, True]


def test_nobody_makes_such_folders_in_another_way() -> None:
    """`tempfile.TemporaryDirectory` stays behind where its program is killed."""
    root = Path(__file__).parents[2]
    rooms = ("cell", "calibration", "models", "robot", "vision")
    found = {
        str(file.relative_to(root))
        for room in rooms
        for file in (root / room).rglob("*.py")
        if any(word in file.read_text() for word in ("TemporaryDirectory", "mkdtemp"))
    }
    # Two that the page removes as a whole at its start, one whose next export removes the old ones,
    # and the one that is the rule.
    allowed = {"uploads.py", "exporting.py", "outgoing.py", "scratch.py"}
    assert {Path(one).name for one in found} == allowed, found


def test_the_lock_is_there_before_the_folder_is_used(tmp_path: Path) -> None:
    with scratch("test", tmp_path) as own:
        assert (own.parent / LOCK).exists()
        assert own.parent.stat().st_mode & 0o777 == 0o700
