"""A damaged file is refused: nothing that a decoder filled up is ever inspected."""

from __future__ import annotations

from pathlib import Path

import drawn
import pytest

from vision.errors import InspectionError
from vision.pictures import UnreadableError, decode_grey, read_picture, read_pixels

KINDS = {
    "jpeg": ("JPEG", {"quality": 90}),
    "optimised jpeg": ("JPEG", {"quality": 90, "optimize": True}),
    "progressive jpeg": ("JPEG", {"quality": 90, "progressive": True}),
    "jpeg with restarts": ("JPEG", {"quality": 90, "restart_marker_rows": 1}),
    "png": ("PNG", {}),
    "lzw tiff": ("TIFF", {"compression": "tiff_lzw"}),
    "deflate tiff": ("TIFF", {"compression": "tiff_adobe_deflate"}),
}


def zeros(raw: bytes, at: int, count: int) -> bytes:
    return raw[:at] + bytes(count) + raw[at + count :]


def noise(raw: bytes, at: int, count: int) -> bytes:
    return raw[:at] + bytes((i * 73 + 41) % 251 for i in range(count)) + raw[at + count :]


def removed(raw: bytes, at: int, count: int) -> bytes:
    return raw[:at] + raw[at + count :]


def sector(raw: bytes, at: int, count: int) -> bytes:
    return raw[:at] + b"\xff" * count + raw[at + count :]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("damage", [zeros, noise, removed, sector])
@pytest.mark.parametrize("where", [0.35, 0.5, 0.8])
def test_a_hole_in_the_data_is_told(kind: str, colour: bool, damage: object, where: float) -> None:
    name, options = KINDS[kind]
    raw = drawn.encoded(drawn.colour() if colour else drawn.texture(), name, **options)
    decode_grey(raw)
    hole = damage(raw, int(len(raw) * where), len(raw) // 8)  # type: ignore[operator]
    with pytest.raises(UnreadableError):
        decode_grey(hole)


@pytest.mark.parametrize("kind", [*KINDS, "webp", "lossless webp", "bmp", "plain tiff"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_file_that_was_cut_off_is_told(tmp_path: Path, kind: str, share: float) -> None:
    more = {
        "webp": ("WEBP", {}),
        "lossless webp": ("WEBP", {"lossless": True}),
        "bmp": ("BMP", {}),
        "plain tiff": ("TIFF", {}),
    }
    name, options = (KINDS | more)[kind]
    raw = drawn.encoded(drawn.texture(), name, **options)
    ending = b"\xff\xd9" if name == "JPEG" else b""
    for end in (b"", ending):
        path = drawn.put(tmp_path / "cut", raw[: int(len(raw) * share)] + end)
        with pytest.raises(InspectionError) as told:
            read_picture(path)
        assert str(told.value).startswith(f"{path}: ")
        assert "\n" not in str(told.value)


def test_a_progressive_jpeg_lacks_a_scan() -> None:
    raw = drawn.encoded(drawn.texture(), "JPEG", quality=90, progressive=True)
    last = raw.rfind(b"\xff\xda")
    with pytest.raises(UnreadableError, match="scan is missing"):
        decode_grey(raw[:last] + b"\xff\xd9")


def test_a_restart_marker_is_another() -> None:
    raw = drawn.encoded(drawn.texture(), "JPEG", quality=90, restart_marker_rows=1)
    at = raw.index(b"\xff\xd3")
    with pytest.raises(UnreadableError):
        decode_grey(raw[:at] + b"\xff\xd5" + raw[at + 2 :])


def rows(count: int) -> bytes:
    return b"".join(b"\0" + drawn.texture()[row].tobytes() for row in range(count))


@pytest.mark.parametrize(
    "raw",
    [
        drawn.png(rows(drawn.HEIGHT // 2)),
        drawn.png(b""),
        drawn.png(rows(drawn.HEIGHT)).replace(b"IDAT", b"iDAT"),
        drawn.png(rows(drawn.HEIGHT))[:-12],
    ],
    ids=["half of its rows", "no rows", "no data chunk", "no end"],
)
def test_a_png_whose_checksums_are_right_lacks_pixels(raw: bytes) -> None:
    with pytest.raises(UnreadableError):
        decode_grey(raw)


def test_every_flipped_bit_of_a_png_and_a_deflate_tiff_is_told() -> None:
    import random

    for name, options in (KINDS["png"], KINDS["deflate tiff"]):
        raw = drawn.encoded(drawn.texture(), name, **options)
        right = decode_grey(raw)
        draw = random.Random(1)
        for _ in range(60):
            damaged = bytearray(raw)
            damaged[draw.randrange(40, len(raw) - 8)] ^= 1 << draw.randrange(8)
            try:
                assert (decode_grey(bytes(damaged)) == right).all()
            except UnreadableError:
                continue


def test_strips_of_a_tiff_lie_elsewhere() -> None:
    raw = drawn.encoded(drawn.texture(), "TIFF")
    tag = raw.index(b"\x11\x01\x04\x00\x01\x00\x00\x00")
    for offset in (len(raw) - 100, 2, 1 << 30):
        moved = raw[: tag + 8] + offset.to_bytes(4, "little") + raw[tag + 12 :]
        with pytest.raises(UnreadableError):
            decode_grey(moved)


@pytest.mark.parametrize("packing", ["packbits", "jpeg"])
def test_a_packing_that_hides_damage_is_refused(packing: str) -> None:
    with pytest.raises(UnreadableError, match="whose damage cannot be told"):
        decode_grey(drawn.encoded(drawn.texture(), "TIFF", compression=packing))


def test_what_follows_the_picture_is_not_of_it() -> None:
    for name, options in (("JPEG", {}), ("PNG", {}), ("WEBP", {"lossless": True})):
        raw = drawn.encoded(drawn.texture(), name, **options)
        assert (decode_grey(raw + b"left by a camera" * 9) == decode_grey(raw)).all()


@pytest.mark.parametrize("kind", ["BMP", "TIFF"])
@pytest.mark.parametrize("where", [0.3, 0.7])
def test_a_piece_that_stands_twice_is_told_without_checksums(kind: str, where: float) -> None:
    raw = drawn.encoded(drawn.texture(), kind)
    at, piece = int(len(raw) * where), len(raw) // 5
    with pytest.raises(UnreadableError):
        decode_grey(raw[: at + piece] + raw[at:])


def test_pixels_to_be_looked_at_are_refused_as_well(tmp_path: Path) -> None:
    raw = drawn.encoded(drawn.texture(), "JPEG", quality=90)
    with pytest.raises(UnreadableError):
        read_pixels(drawn.put(tmp_path / "x.jpg", zeros(raw, len(raw) // 2, 200)))


def test_a_tiff_of_endless_samples_is_told_in_one_line(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    raw = bytearray(drawn.encoded(drawn.colour(), "TIFF"))
    at = raw.index(b"\x15\x01\x03\x00\x01\x00\x00\x00") + 8  # SamplesPerPixel, one short
    raw[at : at + 2] = (60_000).to_bytes(2, "little")
    with pytest.raises(UnreadableError):
        decode_grey(bytes(raw))
    assert (capfd.readouterr().err, caplog.text) == ("", "")
