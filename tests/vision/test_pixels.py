"""Camera pixels as 8-bit grey, against values that are worked out here by other means."""

from __future__ import annotations

import time
from typing import Any, get_args

import cv2
import numpy as np
import pytest

from tests.words import raises
from vision.cameras.pixels import PixelFormat, to_grey8
from vision.errors import CameraError

FORMATS: tuple[PixelFormat, ...] = get_args(PixelFormat)
RED, GREEN, BLUE = range(3)
MOSAIC = {
    "RG": ((RED, GREEN), (GREEN, BLUE)),
    "GR": ((GREEN, RED), (BLUE, GREEN)),
    "GB": ((GREEN, BLUE), (RED, GREEN)),
    "BG": ((BLUE, GREEN), (GREEN, RED)),
}
WEIGHTS = (0.299, 0.587, 0.114)
SIZES = ((8, 6), (7, 5), (5, 4), (6, 3))


def depth(name: str) -> int:
    return int("".join(c for c in name if c.isdigit()))


def packed(name: str, samples: np.ndarray) -> bytes:
    """A picture's samples as a camera of this format sends them, by whole numbers."""
    flat, bits = [int(v) for v in samples.reshape(-1)], depth(name)
    if name.endswith("p"):
        stream = sum(value << (bits * place) for place, value in enumerate(flat))
        return stream.to_bytes(-(-bits * len(flat) // 8), "little")
    if name.endswith("Packed"):
        low, sent = 2 ** (bits - 8), bytearray()
        for first, second in zip(flat[::2], [*flat[1::2], None][: len(flat[::2])], strict=True):
            sent += bytes((first // low, first % low + 16 * ((second or 0) % low)))
            sent += b"" if second is None else bytes((second // low,))
        return bytes(sent)
    return b"".join(value.to_bytes(1 if bits == 8 else 2, "little") for value in flat)


def mirrored(place: int, length: int) -> int:
    """A line beyond the edge is the one as far inside it."""
    return length - 1 - abs(length - 1 - abs(place))


def demosaiced(samples: np.ndarray, order: str) -> np.ndarray:
    """Grey of a mosaic, a pixel and a colour at a time: the mean of the nearest of that colour."""
    height, width = samples.shape
    grey = np.zeros(samples.shape)
    for y, x in np.ndindex(height, width):
        for colour in (RED, GREEN, BLUE):
            near: dict[int, list[int]] = {}
            for down, right in np.ndindex(3, 3):
                v, u = mirrored(y + down - 1, height), mirrored(x + right - 1, width)
                if MOSAIC[order][v % 2][u % 2] == colour:
                    away = (down - 1) ** 2 + (right - 1) ** 2
                    near.setdefault(away, []).append(int(samples[v, u]))
            grey[y, x] += WEIGHTS[colour] * float(np.mean(near[min(near)]))
    return grey


def expected(name: str, samples: np.ndarray) -> np.ndarray:
    """Grey before it is rounded [0..255]."""
    if name[:3] in ("RGB", "BGR"):
        weights = WEIGHTS if name[0] == "R" else WEIGHTS[::-1]
        grey = samples.astype(float) @ np.array(weights)
    else:
        bayer = name.startswith("Bayer")
        grey = demosaiced(samples, name[5:7]) if bayer else samples.astype(float)
    return np.asarray(grey * 255 / (2 ** depth(name) - 1))


def some(name: str, size: tuple[int, int], seed: int = 3) -> np.ndarray:
    """A picture of noise over the format's whole range; both ends are in it."""
    width, height = size
    shape = (height, width, 3) if name[:3] in ("RGB", "BGR") else (height, width)
    made = np.random.default_rng(seed).integers(0, 2 ** depth(name), shape)
    made.flat[0], made.flat[-1] = 0, 2 ** depth(name) - 1
    return made


def grey_of(sent: bytes, name: PixelFormat, size: tuple[int, int], pad: int = 0) -> np.ndarray:
    return to_grey8(np.frombuffer(sent, np.uint8), name, size, pad)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("size", SIZES)
def test_each_format_is_the_grey_of_the_rule(name: PixelFormat, size: tuple[int, int]) -> None:
    samples = some(name, size)
    seen, wanted = grey_of(packed(name, samples), name, size), expected(name, samples)
    assert (seen.dtype, seen.shape) == (np.uint8, (size[1], size[0]))
    if name.startswith("Mono"):
        assert np.array_equal(seen, np.round(wanted))
    else:  # one grey for the whole-number weights of colours
        assert np.abs(seen - wanted).max() < 1.0


@pytest.mark.parametrize("name", ["Mono8", "Mono10", "Mono12", "Mono16"])
def test_every_value_is_rounded_by_the_full_scale(name: PixelFormat) -> None:
    full = 2 ** depth(name) - 1
    values = np.arange(full + 1)
    for shown in (values, values[1:], values[: full // 2], values[7:30]):  # no brightest pixel
        size = (len(shown), 1)
        seen = grey_of(packed(name, shown), name, size)[0]
        exact = (2 * 255 * shown + full) // (2 * full)
        assert np.array_equal(seen, exact)


@pytest.mark.parametrize("order", MOSAIC)
def test_inside_a_mosaic_is_as_opencv_demosaics_it(order: str) -> None:
    samples = some(f"Bayer{order}8", (64, 48)).astype(np.uint8)
    codes = {"RG": "BayerBG", "GR": "BayerGB", "GB": "BayerGR", "BG": "BayerRG"}  # its own names
    colour = cv2.cvtColor(samples, getattr(cv2, f"COLOR_{codes[order]}2RGB"))
    grey = colour.astype(float) @ np.array(WEIGHTS)
    seen = grey_of(samples.tobytes(), f"Bayer{order}8", (64, 48))  # type: ignore[arg-type]
    assert np.abs(seen - grey)[1:-1, 1:-1].max() <= 1.0  # it rounds each colour


@pytest.mark.parametrize("name", [n for n in FORMATS if n[:4] != "Mono" and n != "BGR8"])
def test_an_even_colour_stays_even_to_the_edges(name: PixelFormat) -> None:
    """The outermost pixels are demosaiced, not copied from their neighbours' lines."""
    full = 2 ** depth(name) - 1
    colour = (full, full // 2, full // 5)
    y, x = np.mgrid[:6, :8]
    if name == "RGB8":
        samples = np.broadcast_to(colour, (6, 8, 3))
    else:
        samples = np.array(colour)[np.array(MOSAIC[name[5:7]])[y % 2, x % 2]]
    wanted = float(np.dot(colour, WEIGHTS)) * 255 / full
    seen = grey_of(packed(name, samples), name, (8, 6))
    assert np.abs(seen - wanted).max() < 1.0
    assert seen.min() == seen.max()


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("pad", [1, 2, 7])
def test_what_follows_a_line_is_left_out(name: PixelFormat, pad: int) -> None:
    size = (8, 6)
    samples = some(name, size)
    lines = [packed(name, line) for line in samples]
    sent = (b"\xff" * pad).join(lines)  # none after the last
    plain = grey_of(b"".join(lines), name, size)
    for whole in (sent, sent + b"\xff" * pad, sent + b"\xff" * 999):
        assert np.array_equal(grey_of(whole, name, size, pad), plain)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("size", [(8, 6), (7, 5)])
def test_a_picture_cut_off_is_none(name: PixelFormat, size: tuple[int, int]) -> None:
    sent = packed(name, some(name, size))
    for cut in (1, len(sent) // 2, len(sent)):
        with raises(CameraError, f"{len(sent) - cut} bytes.*take {len(sent)}"):
            grey_of(sent[: len(sent) - cut], name, size)


@pytest.mark.parametrize("name", [n for n in FORMATS if n.endswith(("10", "12"))])
def test_bytes_in_the_other_order_are_refused(name: PixelFormat) -> None:
    sent = np.frombuffer(packed(name, some(name, (8, 6))), "<u2").byteswap().tobytes()
    with raises(CameraError, f"values above .* {name} has not"):
        grey_of(sent, name, (8, 6))


@pytest.mark.parametrize(
    ("name", "size", "pad", "words"),
    [
        ("Mono12p", (7, 5), 2, "ends within a byte.*even width"),
        ("Mono10Packed", (7, 5), 1, "ends within a byte"),
        ("Mono8", (0, 5), 0, "0 x 5 px"),
        ("Mono8", (5, -1), 0, "5 x -1 px"),
        ("Mono8", (5, 5), -2, "-2 bytes"),
        ("BayerRG8", (2, 9), 0, "3 x 3 px or more"),
        ("BayerBG12", (9, 1), 0, "3 x 3 px or more"),
    ],
)
def test_what_cannot_be_is_one_line(
    name: PixelFormat, size: tuple[int, int], pad: int, words: str
) -> None:
    with raises(CameraError, words) as told:
        grey_of(bytes(999), name, size, pad)
    assert "\n" not in str(told.value)


def main() -> None:
    """Prints the time of each kind of format at 1920 x 1200."""
    size: Any = (1920, 1200)
    for name in ("Mono8", "Mono12", "Mono16", "Mono10p", "Mono12p", "Mono12Packed", "BayerRG8",
                 "BayerRG12", "BayerRG12p", "RGB8"):  # fmt: skip
        count = {"RGB8": 3}.get(name, 1) * size[0] * size[1]
        raw = np.random.default_rng(0).integers(0, 256, 2 * count).astype(np.uint8)
        raw[1::2] &= 2 ** max(depth(name) - 8, 8 * name.endswith(("p", "Packed", "8"))) - 1
        took = []
        for _ in range(21):
            began = time.perf_counter()
            to_grey8(raw, name, size, 0)  # type: ignore[arg-type]
            took.append(time.perf_counter() - began)
        print(f"{name:14} {sorted(took)[10] * 1e3:6.2f} ms")


if __name__ == "__main__":
    main()
