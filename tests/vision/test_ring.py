"""The shared-memory ring: readers, dead writers, live writers, full memory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from vision.errors import RingError, StaleFrame
from vision.frames import FrameRing, RingReader
from vision.frames.sweep import sweep_rings
from vision.types import FrameMeta

ROOT = Path(__file__).parents[2]
NAME = f"cic-test-ring-{os.getpid()}"
META = FrameMeta(trigger=7, stamp_ns=123, received_ns=456)


@pytest.fixture
def ring() -> Iterator[FrameRing]:
    made = FrameRing(NAME, slots=3, height=5, width=7)
    yield made
    made.close()


def write(ring: FrameRing, slot: int, value: int) -> int:
    """Publish a picture of one grey; its sequence number."""
    ring.invalidate(slot)
    ring.pixels(slot)[:] = value
    return ring.publish(slot, META).sequence


def python(code: str) -> subprocess.Popen[str]:
    """Another process that runs `code`."""
    return subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def test_reader_copies_into_a_buffer_and_knows_the_meta(ring: FrameRing) -> None:
    reader = RingReader(NAME)
    sequence = write(ring, 1, 42)
    out = np.zeros((5, 7), np.uint8)
    assert reader.read(1, sequence, out) is out
    assert (out == 42).all()
    assert reader.meta(1, sequence) == META


def test_slots_are_page_aligned_and_apart(ring: FrameRing) -> None:
    first, second = ring.address(0), ring.address(1)
    assert first % 4096 == second % 4096 == 0
    assert second - first >= ring.capacity
    assert ring.pixels(1).ctypes.data == second


@pytest.mark.parametrize("handle", [(0, 0), (0, 5), (2, 1), (3, 1), (99, 1)])
def test_wrong_handles_are_stale(ring: FrameRing, handle: tuple[int, int]) -> None:
    write(ring, 0, 1)
    with pytest.raises(StaleFrame):
        RingReader(NAME).read(*handle)


def test_readers_cannot_write(ring: FrameRing) -> None:
    sequence = write(ring, 0, 1)
    with RingReader(NAME).view(0, sequence) as image, pytest.raises(ValueError, match="read-only"):
        image[0, 0] = 3


def test_a_reader_process_leaves_the_ring_alone(ring: FrameRing) -> None:
    sequence = write(ring, 0, 9)
    code = f"from vision.frames import RingReader; print(RingReader({NAME!r}).read(0, {sequence}))"
    reader = python(code)
    out, err = reader.communicate(timeout=60)
    assert "9 9 9" in out
    assert not err, "no resource tracker may speak, or remove the ring"
    assert (RingReader(NAME).read(0, sequence) == 9).all()


def test_close_makes_handles_stale_and_a_reopened_ring_is_followed(ring: FrameRing) -> None:
    reader = RingReader(NAME)
    old = write(ring, 0, 1)
    assert (reader.read(0, old) == 1).all()
    ring.close()
    with pytest.raises(StaleFrame):
        reader.read(0, old)
    again = FrameRing(NAME, 2, 6, 8)
    new = write(again, 0, 2)
    assert reader.read(0, new).shape == (6, 8)
    again.close()
    with pytest.raises(RingError, match="closed"):
        again.pixels(0)


def test_a_killed_writer_is_replaced_but_a_live_one_is_not() -> None:
    make = f"from vision.frames import FrameRing; r = FrameRing({NAME!r}, 2, 5, 7)"
    writer = python(f"{make}; print(1, flush=True); input()")
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "1\n"
        with pytest.raises(RingError, match="another running camera process"):
            FrameRing(NAME, 2, 5, 7)
    finally:
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
    assert Path("/dev/shm", NAME).exists()
    ring = FrameRing(NAME, 2, 5, 7)
    assert (RingReader(NAME).read(0, write(ring, 0, 3)) == 3).all()
    ring.close()
    assert not Path("/dev/shm", NAME).exists()


def test_full_shared_memory_is_one_clear_error() -> None:
    with pytest.raises(RingError, match=r"needs \d+ MiB of shared memory, /dev/shm has \d+ MiB"):
        FrameRing(NAME, slots=1000, height=100_000, width=100_000)
    assert not list(Path("/dev/shm").glob(f"{NAME}*"))


def test_what_is_no_ring_is_said() -> None:
    with pytest.raises(RingError, match="is the camera process running"):
        RingReader(NAME).read(0, 1)
    path = Path("/dev/shm", NAME)
    try:
        for content in (b"", b"short", b"x" * 5000):
            path.write_bytes(content)
            with pytest.raises(RingError, match="not a frame ring"):
                RingReader(NAME).read(0, 1)
    finally:
        path.unlink()
    for name in ("", "../x", "a/b"):
        with pytest.raises(RingError, match="not usable"):
            RingReader(name)


def test_drafts_of_killed_writers_go_and_those_of_living_ones_stay() -> None:
    gone = python("pass")
    gone.communicate()
    dead, living = (Path("/dev/shm", f"{NAME}.{pid}.new") for pid in (gone.pid, os.getppid()))
    other = Path("/dev/shm", f"{NAME}-of-another-cell.{gone.pid}.new")
    for draft in (dead, living, other):
        draft.touch()
    try:
        FrameRing(NAME, 2, 5, 7).close()
        assert [draft.exists() for draft in (dead, living, other)] == [False, True, True]
    finally:
        for draft in (dead, living, other):
            draft.unlink(missing_ok=True)


def test_the_sweep_takes_dead_rings_only() -> None:
    stranger = Path("/dev/shm", f"{NAME}-notes.txt")
    stranger.write_text("no ring")
    living = FrameRing(f"{NAME}-living", 2, 5, 7)
    writer = python(
        f"from vision.frames import FrameRing; r = FrameRing({NAME + '-dead'!r}, 2, 5, 7)\n"
        "print(1, flush=True); input()"
    )
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "1\n"
        assert sweep_rings(NAME) == []
        writer.kill()
        writer.communicate()
        assert sweep_rings(NAME) == [f"{NAME}-dead"]
        assert stranger.exists()
        assert Path("/dev/shm", f"{NAME}-living").exists()
    finally:
        living.close()
        stranger.unlink()
