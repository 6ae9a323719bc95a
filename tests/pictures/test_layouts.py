"""What is inspected: 8 bits a channel, grey or opaque colour, one picture a file, as stored."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import cv2
import drawn
import numpy as np
import pytest
from PIL import Image

from vision.errors import InspectionError
from vision.pictures import UnreadableError, decode_grey, orientation_of, read_picture, size_of
from vision.pictures.files import MOST_BYTES

LOSSLESS: list[tuple[str, dict[str, Any]]] = [
    ("PNG", {}),
    ("WEBP", {"lossless": True}),
    ("BMP", {}),
    ("TIFF", {}),
    ("TIFF", {"compression": "tiff_lzw"}),
    ("TIFF", {"compression": "tiff_adobe_deflate"}),
]


@pytest.mark.parametrize(("kind", "options"), LOSSLESS)
def test_grey_and_colour_are_the_same_in_every_format(kind: str, options: dict[str, Any]) -> None:
    grey, colour = drawn.texture(), drawn.colour()
    if kind == "WEBP":  # has no grey
        assert (decode_grey(drawn.encoded(np.dstack([grey] * 3), kind, **options)) == grey).all()
    else:
        assert (decode_grey(drawn.encoded(grey, kind, **options)) == grey).all()
    luma = colour @ [0.299, 0.587, 0.114]  # BT.601
    seen = decode_grey(drawn.encoded(colour, kind, **options))
    assert np.abs(seen - luma).max() <= 1
    opaque = np.dstack([colour, np.full(grey.shape, 255, np.uint8)])
    if kind != "BMP":
        assert (decode_grey(drawn.encoded(opaque, kind, **options)) == seen).all()


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}])
def test_a_jpeg_gives_the_luma_that_opencv_reads(options: dict[str, Any]) -> None:
    for image in (drawn.texture(), drawn.colour()):
        raw = drawn.encoded(image, "JPEG", quality=92, **options)
        expected = cv2.imdecode(np.frombuffer(raw, np.uint8), cv2.IMREAD_GRAYSCALE)
        assert (decode_grey(raw) == expected).all()


def test_a_tiff_whose_zero_is_white() -> None:
    grey = drawn.texture()
    for packing in (None, "tiff_lzw", "tiff_adobe_deflate"):
        raw = drawn.encoded(255 - grey, "TIFF", compression=packing, tiffinfo={262: 0})
        expected = np.asarray(Image.open(io.BytesIO(raw)))
        assert (decode_grey(raw) == expected).all()


def deep(bits: int) -> Any:
    return (drawn.texture().astype(np.uint16) << (bits - 8)).astype(np.uint16)


def pages(kind: str) -> bytes:
    first, second = (Image.fromarray(drawn.texture(seed)) for seed in (1, 2))
    return drawn.encoded(first, kind, save_all=True, append_images=[second])


def see_through(mode: str) -> Any:
    picture = Image.fromarray(drawn.texture()).convert(mode)
    picture.putalpha(100)
    return picture


def cmyk() -> Any:
    return Image.fromarray(drawn.colour()).convert("CMYK")


def palette() -> Any:
    return Image.fromarray(drawn.colour()).quantize(16)


REFUSED: dict[str, tuple[Any, str]] = {
    **{
        f"{bits} bits in 16, {kind}": (lambda b=bits, k=kind: drawn.encoded(deep(b), k), "16 bits")
        for bits in (10, 12, 14, 16)
        for kind in ("PNG", "TIFF")
    },
    "float": (lambda: drawn.encoded(drawn.texture().astype(np.float32), "TIFF"), "32 bits"),
    "32 bits": (lambda: drawn.encoded(drawn.texture().astype(np.int32), "TIFF"), "32 bits"),
    "1 bit": (lambda: drawn.encoded(Image.fromarray(drawn.texture() > 99), "PNG"), "1 bit"),
    "1 bit tiff": (lambda: drawn.encoded(Image.fromarray(drawn.texture() > 99), "TIFF"), "1 bit"),
    "1 bit bmp": (lambda: drawn.encoded(Image.fromarray(drawn.texture() > 99), "BMP"), "palette"),
    "palette": (lambda: drawn.encoded(palette(), "PNG", bits=8), "palette"),
    "palette tiff": (lambda: drawn.encoded(palette(), "TIFF"), "palette"),
    "palette bmp": (lambda: drawn.encoded(palette(), "BMP"), "palette"),
    "CMYK": (lambda: drawn.encoded(cmyk(), "JPEG"), "CMYK"),
    "CMYK tiff": (
        lambda: drawn.encoded(cmyk(), "TIFF"), "CMYK",
    ),
    "transparent png": (lambda: drawn.encoded(see_through("RGB"), "PNG"), "transparent"),
    "transparent grey": (lambda: drawn.encoded(see_through("L"), "PNG"), "transparent"),
    "transparent tiff": (lambda: drawn.encoded(see_through("RGB"), "TIFF"), "transparent"),
    "transparent webp": (
        lambda: drawn.encoded(see_through("RGB"), "WEBP", lossless=True), "transparent",
    ),
    "webp with loss": (lambda: drawn.encoded(drawn.texture(), "WEBP", quality=95), "with loss"),
    "webp with loss and a header": (
        lambda: drawn.encoded(drawn.texture(), "WEBP", quality=95, exif=b"Exif\0\0II*\0"),
        "with loss",
    ),
    "one colour transparent": (
        lambda: drawn.encoded(drawn.colour(), "PNG", transparency=(90, 91, 92)),
        "transparent",
    ),
    "pages": (lambda: pages("TIFF"), "several pictures"),
    "animated webp": (lambda: pages("WEBP"), "several pictures"),
    "animated png": (lambda: pages("PNG"), "several pictures"),
    "multi-picture jpeg": (lambda: pages("MPO"), "several pictures"),
    "gif": (lambda: drawn.encoded(palette(), "GIF"), "cannot be read as a picture"),
    "text": (lambda: b"no picture", "cannot be read as a picture"),
    "huge png": (lambda: drawn.png(b"", width=60_000, height=60_000), "60000 x 60000"),
    "long png": (lambda: drawn.png(b"", width=1 << 20, height=8), "1048576 x 8"),
    "no height": (lambda: drawn.png(b"", height=0), "size"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_another_layout_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    make, words = REFUSED[name]
    path = drawn.put(tmp_path / "picture", make())
    with pytest.raises(InspectionError, match=words) as told:
        read_picture(path)
    assert str(told.value).startswith(f"{path}: ")
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("kind", ["BMP", "JPEG", "WEBP", "TIFF"])
def test_a_header_that_claims_too_much_is_refused_before_decoding(kind: str) -> None:
    raw = bytearray(drawn.encoded(drawn.texture(), kind, lossless=True))
    if kind == "BMP":
        raw[18:26] = (60_000).to_bytes(4, "little") * 2
    elif kind == "JPEG":
        at = raw.index(b"\xff\xc0")
        raw[at + 5 : at + 9] = (60_000).to_bytes(2, "big") * 2
    elif kind == "WEBP":
        raw[21:25] = (0x3FFF | 0x3FFF << 14).to_bytes(4, "little")
    else:
        for tag in (b"\x00\x01\x04\x00\x01\x00\x00\x00", b"\x01\x01\x04\x00\x01\x00\x00\x00"):
            at = raw.index(tag)
            raw[at + 8 : at + 12] = (60_000).to_bytes(4, "little")
    with pytest.raises(UnreadableError, match="claims to have"):
        decode_grey(bytes(raw))


@pytest.mark.parametrize("turn", [1, 3, 6, 8])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_pixels_are_as_stored_whatever_the_header_asks_for(
    tmp_path: Path, kind: str, turn: int
) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    options = {"lossless": True} if kind == "WEBP" else {}
    plain = drawn.put(tmp_path / "plain", drawn.encoded(drawn.texture(), kind, **options))
    turned = drawn.put(
        tmp_path / "turned", drawn.encoded(drawn.texture(), kind, exif=exif, **options)
    )
    assert (read_picture(turned) == read_picture(plain)).all()
    assert size_of(turned) == (drawn.HEIGHT, drawn.WIDTH)
    assert orientation_of(turned) == turn
    assert orientation_of(plain) == 1


def test_names_and_files_that_are_none(tmp_path: Path) -> None:
    good = drawn.encoded(drawn.texture(), "PNG")
    for name in ("a b.png", "[bold]x.png", "ü\u0308.png", "-.png", "x\ny.png"):
        assert read_picture(drawn.put(tmp_path / name, good)).shape == (96, 128)
    os.mkfifo(tmp_path / "pipe")
    large = drawn.put(tmp_path / "large.png", good)
    os.truncate(large, MOST_BYTES + 1)
    empty = drawn.put(tmp_path / "empty.png", b"")
    for path in (tmp_path / "pipe", tmp_path, large, empty, tmp_path / "none", Path("a\0b")):
        with pytest.raises(InspectionError):
            read_picture(path)


@pytest.mark.parametrize(
    ("tag", "value", "words"),
    [(339, 2, "signed"), (266, 2, "FillOrder")],
    ids=["signed", "reverse"],
)
def test_tiffs_that_decoders_read_in_different_ways_are_refused(
    tag: int, value: int, words: str
) -> None:
    raw = drawn.encoded(drawn.texture(), "TIFF", tiffinfo={tag: value})
    with pytest.raises(UnreadableError, match=words):
        decode_grey(raw)
