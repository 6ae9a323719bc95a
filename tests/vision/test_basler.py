"""The Basler driver with Basler's own emulator, in this process and in one of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import cv2
import numpy as np
import pytest

from tests.vision.test_pixels import MOSAIC, demosaiced
from tests.words import raises
from vision.cameras.basler import BaslerCamera, BaslerConfig
from vision.cameras.pixels import OLDER, PixelFormat
from vision.errors import CameraError, GrabFailed, StaleFrame
from vision.frames import RingReader

ROOT = Path(__file__).parents[2]
HEIGHT, WIDTH = 48, 64


def picture(value: int) -> np.ndarray:
    """A picture that no other value gives, with structure along both axes."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    return ((x * 3 + y * 5 + value * 7) % 251).astype(np.uint8)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An image folder as the device fills it: two files that are written in turn."""
    for name in "ab":
        cv2.imwrite(str(tmp_path / f"{name}.bmp"), picture(0))
    return tmp_path


class Process:
    """The camera in a process of its own, and the wire to it."""

    def __init__(self, ring: str, folder: Path) -> None:
        script = Path(__file__).with_name("camera_process.py")
        self.process = subprocess.Popen(
            [sys.executable, str(script), ring, str(folder), "0"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        self.folder = folder
        self.wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.port = self.answer()["port"]

    def answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())  # type: ignore[no-any-return]

    def ask(self, word: str) -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        return self.answer()

    def expose(self, pulse: int) -> dict[str, Any]:
        """What the device does: write the picture, then raise Line1."""
        cv2.imwrite(str(self.folder / f"{'ab'[(pulse - 1) % 2]}.bmp"), picture(pulse))
        self.wire.sendto(f"PULSE {pulse}".encode(), ("127.0.0.1", self.port))
        return self.ask("frame")

    def end(self) -> None:
        self.wire.close()
        if self.process.poll() is None:
            self.process.communicate(timeout=30)


@pytest.fixture
def process(folder: Path) -> Iterator[Process]:
    made = Process(f"cic-test-basler-{os.getpid()}", folder)
    yield made
    made.end()


def ring_name() -> str:
    return f"cic-test-basler-{os.getpid()}"


def test_another_process_reads_the_right_pixels_and_old_ones_are_stale(process: Process) -> None:
    reader = RingReader(ring_name())
    frames = []
    for pulse in range(1, 8):
        frames.append(process.expose(pulse))
        assert frames[-1]["trigger"] == pulse
        image = reader.read(frames[-1]["slot"], frames[-1]["sequence"])
        assert np.array_equal(image, picture(pulse))
    kept = frames[-2]  # four slots, two of them with the driver: two pictures stay
    assert np.array_equal(reader.read(kept["slot"], kept["sequence"]), picture(6))
    for frame in frames[:-2]:
        with pytest.raises(StaleFrame):
            reader.read(frame["slot"], frame["sequence"])


def test_a_picture_that_goes_while_it_is_read_is_reported(process: Process) -> None:
    reader = RingReader(ring_name())
    frame = process.expose(1)
    view = reader.view(frame["slot"], frame["sequence"])
    with pytest.raises(StaleFrame, match=r"vision\.overrun"), view as image:  # noqa: PT012
        assert np.array_equal(image, picture(1))
        for pulse in range(2, 5):
            process.expose(pulse)


def test_failed_and_lost_triggers_spend_their_numbers(process: Process) -> None:
    assert process.expose(41)["trigger"] == 1  # the device counts from its own power-up
    process.ask("fail")
    failed = process.expose(42)
    assert failed["failed"] == 2
    assert "incompletely grabbed" in failed["error"]
    assert process.expose(45)["failed"] == 3  # pulses 43 and 44 never came
    assert process.ask("frame")["failed"] == 4
    assert process.ask("frame")["trigger"] == 5
    assert process.expose(46)["trigger"] == 6


def test_a_picture_that_may_show_the_next_part_is_not_delivered(process: Process) -> None:
    process.expose(1)
    before_ns = time.time_ns()
    for pulse in (2, 3):  # both before the camera's process gets round to the first
        cv2.imwrite(str(process.folder / f"{'ab'[(pulse - 1) % 2]}.bmp"), picture(pulse))
        process.wire.sendto(f"PULSE {pulse}".encode(), ("127.0.0.1", process.port))
    after_ns = time.time_ns()
    late = process.ask("frame")
    assert late["failed"] == 2
    assert "camera.overtaken" in late["error"]
    frame = process.ask("frame")
    assert frame["trigger"] == 3
    assert before_ns <= frame["stamp_ns"] <= after_ns  # when the edge came, not when it was seen
    reader = RingReader(ring_name())
    assert np.array_equal(reader.read(frame["slot"], frame["sequence"]), picture(3))


def test_a_pulled_cable_is_a_camera_error(process: Process) -> None:
    process.expose(1)
    process.ask("lose")
    answer = process.expose(2)
    assert answer["gone"]
    assert "cable pulled" in answer["error"]


def test_a_killed_writer_is_replaced_and_readers_follow(folder: Path) -> None:
    reader = RingReader(ring_name())
    first = Process(ring_name(), folder)
    old = first.expose(1)
    first.process.kill()
    first.process.wait()
    first.end()
    assert np.array_equal(reader.read(old["slot"], old["sequence"]), picture(1))
    second = Process(ring_name(), folder)
    try:
        new = second.expose(5)
        assert np.array_equal(reader.read(new["slot"], new["sequence"]), picture(5))
        with pytest.raises(StaleFrame):
            reader.read(old["slot"], old["sequence"])
    finally:
        second.end()


def emulated(**change: Any) -> BaslerConfig:
    plain = {"device_class": "BaslerCamEmu", "trigger": "software", "width": WIDTH,
             "height": HEIGHT, "slots": 5}  # fmt: skip
    return BaslerConfig(**(plain | change))


def test_software_trigger_and_restart_without_wires(folder: Path) -> None:
    camera = BaslerCamera(emulated(image_folder=folder), ring_name() + "-sw")
    camera.open()
    try:
        for _ in range(3):  # numbers count from 1 after each start
            camera.start()
            assert camera.wait_frame(0.01) is None
            for trigger in range(1, 9):
                camera.trigger()
                frame = camera.wait_frame(5.0)
                assert frame is not None
                assert frame.meta.trigger == trigger
                assert np.array_equal(frame.image, picture(0))
                assert 0 <= time.time_ns() - frame.meta.stamp_ns < 60e9
            camera.stop()
    finally:
        camera.close()
        camera.close()
    assert not Path("/dev/shm", camera.ring_name).exists()


def offered() -> list[str]:
    """The formats of ours that the emulator has."""
    camera = BaslerCamera(emulated(), ring_name() + "-formats")
    camera.open()
    try:
        there = [OLDER.get(str(n), str(n)) for n in camera._camera.PixelFormat.Symbolics]
    finally:
        camera.close()
    return [name for name in get_args(PixelFormat) if name in there]


def seen_as(name: str, shown: np.ndarray, folder: Path) -> np.ndarray:
    """What the ring holds of a picture that the device sends so, cropped to odd sides."""
    for file in "ab":
        cv2.imwrite(str(folder / f"{file}.bmp"), shown)
    size = {"width": WIDTH - 1, "height": HEIGHT - 1}
    camera = BaslerCamera(
        emulated(image_folder=folder, pixel_format=name, **size), ring_name() + "-px"
    )
    camera.open()
    try:
        camera.start()
        for trigger in range(1, 5):  # slots are used anew
            camera.trigger()
            frame = camera.wait_frame(5.0)
            assert frame is not None, name
            assert frame.meta.trigger == trigger
        assert frame is not None
        image = RingReader(camera.ring_name).read(frame.slot, frame.sequence)
        assert np.array_equal(image, frame.image)
    finally:
        camera.close()
    return image


def test_each_pixel_format_of_the_camera_lands_as_grey_in_the_ring(folder: Path) -> None:
    colour = np.random.default_rng(5).integers(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    there = offered()
    assert len(there) == 22
    for name in there:
        depth = int("".join(c for c in name if c.isdigit()))
        # The device fills the low bits with zeros.
        scale = 2 ** (depth - 8) * 255 / (2**depth - 1)
        if name.startswith("Mono"):  # of colours it makes grey by a rule of its own
            shown = picture(1)
            wanted = np.round(shown[:-1, :-1].astype(int) * scale)
        else:
            shown = colour
            cut = colour[:-1, :-1, ::-1]
            if name.startswith("Bayer"):  # the device leaves out two colours of each pixel
                y, x = np.mgrid[: HEIGHT - 1, : WIDTH - 1]
                channel = np.array(MOSAIC[name[5:7]])[y % 2, x % 2]
                mosaic = np.take_along_axis(cut, channel[:, :, None], axis=2)[:, :, 0]
                wanted = demosaiced(mosaic, name[5:7]) * scale
            else:
                wanted = cut.astype(float) @ np.array((0.299, 0.587, 0.114))
        image = seen_as(name, shown, folder)
        assert (image.shape, image.dtype) == (wanted.shape, np.uint8)
        assert np.abs(image - wanted).max() < (0.01 if name.startswith("Mono") else 1.0), name


def test_a_picture_of_another_size_spends_its_trigger(folder: Path) -> None:
    """Somebody else has set the camera: what came is not what the ring's readers expect."""
    camera = BaslerCamera(emulated(image_folder=folder), ring_name() + "-size")
    camera.open()
    try:
        camera._camera.Height.Value = HEIGHT - 8
        camera.start()
        camera.trigger()
        with raises(GrabFailed, "64 x 40 px instead of 64 x 48") as failed:
            camera.wait_frame(5.0)
        assert failed.value.trigger == 1
    finally:
        camera.close()


def test_software_trigger_through_the_device(folder: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
        device.bind(("127.0.0.1", 0))
        device.settimeout(10.0)
        lines = {"pulse_port": 0, "device_port": device.getsockname()[1]}
        camera = BaslerCamera(emulated(image_folder=folder, lines=lines), ring_name() + "-sw")
        camera.open()
        try:
            camera.start()
            camera.trigger()
            asked, driver = device.recvfrom(64)
            assert asked == b"EXPOSE"
            assert camera.wait_frame(0.05) is None  # no edge, no picture
            device.sendto(b"PULSE 9", driver)
            frame = camera.wait_frame(5.0)
            assert frame is not None
            assert frame.meta.trigger == 1
            same = emulated(image_folder=folder, lines=lines | {"pulse_port": driver[1]})
            for config, name, words in (
                (same, camera.ring_name, "another running camera process"),
                (same, ring_name() + "-other", f"port 127.0.0.1:{driver[1]} cannot be opened"),
            ):
                with raises(CameraError, words):
                    BaslerCamera(config, name).open()
        finally:
            camera.close()


def test_failed_buffer_without_wires_spends_its_number(folder: Path) -> None:
    camera = BaslerCamera(emulated(image_folder=folder), ring_name() + "-sw")
    camera.open()
    try:
        camera.start()
        camera._camera.ForceFailedBufferCount.Value = 1
        camera._camera.ForceFailedBuffer.Execute()
        camera.trigger()
        with pytest.raises(GrabFailed) as failed:
            camera.wait_frame(5.0)
        assert failed.value.trigger == 1
        camera.trigger()
        frame = camera.wait_frame(5.0)
        assert frame is not None
        assert frame.meta.trigger == 2
    finally:
        camera.close()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"serial": "40001234"}, "No Basler camera serial number 40001234.*pylon sees"),
        ({"ordinal": 7}, "No Basler camera number 7"),
        ({"pixel_format": "Mono12p"}, r"no pixel format Mono12p: .* has \(Mono8, .*RGB8, BGR8\)"),
        ({"width": 5000}, "cannot be set up: .*5000.*4096"),
        ({"image_folder": Path("/nowhere")}, "/nowhere is not there"),
    ],
)
def test_what_cannot_be_opened_says_why(change: dict[str, Any], words: str) -> None:
    camera = BaslerCamera(emulated(**change), ring_name() + "-no")
    try:
        with raises(CameraError, words):
            camera.open()
            camera.start()
    finally:
        camera.close()


def test_a_folder_with_one_picture_is_refused(folder: Path) -> None:
    (folder / "b.bmp").unlink()
    camera = BaslerCamera(emulated(image_folder=folder), ring_name() + "-no")
    camera.open()
    try:
        with raises(CameraError, "holds 1 pictures"):
            camera.start()
    finally:
        camera.close()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"trigger": "external"}, "no Line1"),
        ({"device_class": "BaslerUsb", "image_folder": "/x"}, "emulated cameras"),
        ({"shutter": 3}, "Extra inputs"),
    ],
)
def test_configurations_that_cannot_work_are_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        emulated(**change)
