"""A JPEG whose blocks drifted dark or bright is refused, and no picture that only looks like it."""

from __future__ import annotations

import cv2
import drawn
import numpy as np
import pytest
from numpy.typing import NDArray

from vision.pictures import UnreadableError, decode_grey

FORMS = {
    "baseline": {},
    "progressive": {"progressive": True},
    "restarts": {"restart_marker_rows": 4},
}
DQT = b"\xff\xdb"


def part() -> NDArray[np.uint8]:
    """A smooth grey picture [96, 128] with some grain."""
    rng = np.random.default_rng(3)
    rough = cv2.GaussianBlur(rng.normal(0, 60, (96, 128)), (0, 0), 6) * 6
    return np.asarray(np.clip(128 + rough + rng.normal(0, 2, (96, 128)), 40, 215), np.uint8)


def drifted(
    image: NDArray[np.uint8], by: int, row: int = 5, column: int = 6, unit: int = 8
) -> NDArray[np.uint8]:
    """All units from one on are brighter by so much."""
    changed = image.astype(np.int16)
    changed[row * unit : (row + 1) * unit, column * 8 :] += by
    changed[(row + 1) * unit :] += by
    return np.asarray(np.clip(changed, 0, 255), np.uint8)


@pytest.mark.parametrize("by", [-40, -12, 12, 40])
@pytest.mark.parametrize("form", FORMS)
def test_a_step_along_blocks_that_begins_in_mid_row_is_told(form: str, by: int) -> None:
    raw = drawn.encoded(drifted(part(), by), "JPEG", quality=92, **FORMS[form])
    with pytest.raises(UnreadableError, match="too dark or too bright"):
        decode_grey(raw)


@pytest.mark.parametrize("by", [-30, 30])
def test_in_a_colour_picture_units_may_be_twice_as_high(by: int) -> None:
    image = drifted(part(), by, row=2, unit=16)
    raw = drawn.encoded(np.dstack([image] * 3), "JPEG", quality=92, subsampling="4:2:0")
    with pytest.raises(UnreadableError, match="too dark or too bright"):
        decode_grey(raw)


@pytest.mark.parametrize("form", FORMS)
def test_means_that_no_pixels_have_are_told(form: str) -> None:
    """Other tables double all contrast, so that bright and dark blocks leave what eight bits hold:
    a straight edge, which is no sign by itself.
    """
    image = part() // 4 + 100
    image[:48] -= 90
    sound = drawn.encoded(image, "JPEG", quality=75, **FORMS[form])
    decode_grey(sound)
    at = sound.index(DQT) + 5
    wide = bytes(min(255, 2 * entry) for entry in sound[at : at + 64])
    with pytest.raises(UnreadableError, match="too dark or too bright"):
        decode_grey(sound[:at] + wide + sound[at + 64 :])


def straight() -> NDArray[np.uint8]:
    image = part()
    image[40:] = np.clip(image[40:].astype(np.int16) - 60, 0, 255)
    return image


def framed() -> NDArray[np.uint8]:
    image = part()
    image[:16] = image[-16:] = 0
    return image


def board() -> NDArray[np.uint8]:
    """Black lines on white that bend at the edges of blocks, and lie inside blocks as well."""
    image = np.full((96, 128), 255, np.uint8)
    for row in (16, 37, 61):
        image[row : row + 8, :64] = image[row + 8 : row + 16, 64:] = 0
    return image


def smooth() -> NDArray[np.uint8]:
    """Bright and dark up to being clipped."""
    return np.asarray(
        np.clip(np.linspace(-200, 450, 96)[:, None] + np.zeros(128), 0, 255), np.uint8
    )


@pytest.mark.parametrize("draw", [part, straight, framed, board, smooth, drawn.texture])
@pytest.mark.parametrize("quality", [30, 60, 80, 92, 98, 100])
@pytest.mark.parametrize("colour", [False, True])
def test_sound_pictures_are_read(draw: object, quality: int, colour: bool) -> None:
    image = draw()  # type: ignore[operator]
    image = np.dstack([image] * 3) if colour else image
    decode_grey(drawn.encoded(image, "JPEG", quality=quality))


@pytest.mark.parametrize("size", [(1, 1), (8, 8), (9, 200), (33, 7), (40, 33)])
def test_small_pictures_are_read(size: tuple[int, int]) -> None:
    decode_grey(drawn.encoded(np.resize(part(), size), "JPEG", quality=90))
