"""Carriers come from a folder of pictures and labels; what is wrong with it is named."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from twin.carriers import CarrierLibrary
from twin.pictures import PartDataError
from twin.product import BALL_SCREW_CARRIER
from vision.types import Box


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One good picture and one with two defects."""
    for name, grey, labels in (
        ("clean", 80, ""),
        ("pitted", 120, "10 20 30 40 Pitting\n\n600 200 640 256 Pitting\n"),
    ):
        picture = np.full((256, 640), grey, np.uint8)
        picture[100:120, 200:260] = 200
        flags = [cv2.IMWRITE_WEBP_QUALITY, 101]  # without loss
        cv2.imwrite(str(tmp_path / f"{name}.webp"), picture, flags)
        (tmp_path / f"{name}.txt").write_text(labels)
    return tmp_path


def test_what_is_drawn_is_what_was_asked_for(folder: Path) -> None:
    library = CarrierLibrary(BALL_SCREW_CARRIER, folder)
    rng = np.random.default_rng(0)
    good, pitted = library.draw(rng, False), library.draw(rng, True)
    assert (good.picture, good.defects, good.image[0, 0]) == ("clean", (), 80)
    assert pitted.picture == "pitted"
    assert pitted.defects == (
        ("Pitting", Box(10, 20, 30, 40)),
        ("Pitting", Box(600, 200, 640, 256)),
    )
    assert pitted.product is BALL_SCREW_CARRIER
    pitted.image[:] = 0
    assert library.draw(rng, True).image[0, 0] == 120


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("clean.txt", None, "clean.txt does not exist"),
        ("pitted.txt", b"", "needs pictures .* of good and of defective parts"),
        ("pitted.txt", b"1 2 3 4 Rust\n", "pitted.txt, line 1: .* with a label of Pitting"),
        ("pitted.txt", b"1 2 3 Pitting\n", "line 1"),
        ("pitted.txt", b"1 2 3 300 Pitting\n", "line 1"),
        ("pitted.webp", b"RIFF", "pitted.webp: .*restore it from its source"),
    ],
)
def test_broken_data_is_named(folder: Path, name: str, content: bytes | None, words: str) -> None:
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    with pytest.raises(PartDataError, match=words):
        CarrierLibrary(BALL_SCREW_CARRIER, folder).draw(np.random.default_rng(0), True)
