"""Masks count by what they hold, and belong to the picture whose path they share."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.data.sets import HEIGHT, WIDTH, put, texture
from vision.lab.data.findings import Finding, Kind
from vision.lab.data.marked import areas_of, read_mask
from vision.lab.data.open import open_data, survey
from vision.lab.data.types import DataError, DataSet

BOX = (10, 20, 40, 50)
OTHER = (60, 10, 80, 20)


def area(value: int, depth: type = np.uint8, box: tuple[int, int, int, int] = BOX) -> NDArray:  # type: ignore[type-arg]
    mask = np.zeros((HEIGHT, WIDTH), depth)
    mask[box[1] : box[3], box[0] : box[2]] = value
    return mask


def colour(channels: tuple[int, ...], around: tuple[int, ...] | None = None) -> NDArray[np.uint8]:
    mask = np.zeros((HEIGHT, WIDTH, len(channels)), np.uint8)
    mask[:] = around or (0,) * len(channels)
    mask[BOX[1] : BOX[3], BOX[0] : BOX[2]] = channels
    return mask


def png(image: NDArray) -> bytes:  # type: ignore[type-arg]
    return cv2.imencode(".png", image)[1].tobytes()


def palette(index: NDArray[np.uint8], *colours: tuple[int, int, int]) -> bytes:
    """A PNG with a palette (ISO 15948), made by hand: OpenCV writes none."""
    rows = b"".join(b"\0" + row.tobytes() for row in index)
    parts = {
        b"IHDR": struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0),
        b"PLTE": bytes(value for one in colours for value in one),
        b"IDAT": zlib.compress(rows),
        b"IEND": b"",
    }
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts.items()
    )


SOFT = cv2.GaussianBlur(area(255), (0, 0), 2)
JPEG = cv2.imdecode(cv2.imencode(".jpg", area(255), [cv2.IMWRITE_JPEG_QUALITY, 60])[1], 0)
MARKED: list[tuple[str, bytes, bool]] = [
    # what, its file, whether a word is said
    ("255", png(area(255)), False),
    ("1", png(area(1)), True),
    ("100", png(area(100)), True),
    ("1 of 16 bits", png(area(1, np.uint16)), True),
    ("4095 of 16 bits", png(area(4095, np.uint16)), True),
    ("65535 of 16 bits", png(area(65535, np.uint16)), True),
    ("blue", png(colour((128, 0, 0))), False),
    ("dark red", png(colour((0, 0, 1))), True),
    ("black that is opaque", png(colour((0, 0, 0, 255))), False),
    ("white, all opaque", png(colour((255, 255, 255, 255), (0, 0, 0, 255))), False),
    ("red among transparent", png(colour((0, 0, 200, 255))), False),
    ("a dark palette", palette(area(1), (0, 0, 0), (40, 0, 0)), False),
    ("a palette on black, marks first", palette(1 - area(1), (255, 255, 255), (0, 0, 0)), True),
    ("a palette on white", palette(area(1), (255, 255, 255), (0, 0, 0)), False),
    ("blurred", png(np.asarray(SOFT)), False),
    ("through JPEG", png(np.asarray(JPEG)), False),
]


@pytest.mark.parametrize(("raw", "said"), [m[1:] for m in MARKED], ids=[m[0] for m in MARKED])
def test_a_mask_marks_by_its_content(tmp_path: Path, raw: bytes, said: bool) -> None:
    file = tmp_path / "mask.png"
    file.write_bytes(raw)
    mask = read_mask(file)
    assert areas_of(mask.marked)[0] == [tuple(map(float, BOX))]
    assert (bool(mask.note), mask.faint) == (said, 0)


def masks(root: Path, raw: bytes | None, groups: bytes | None = None) -> list[Finding]:
    put(root / "good" / "g.jpg", texture(7))
    put(root / "crack" / "0.jpg", texture(8))
    if raw is not None:
        (root / "crack" / "0.png").write_bytes(raw)
    if groups is not None:
        (root / "groups.csv").write_bytes(groups)
    return survey(root, "masks")[1]


def test_areas_of_another_value_are_a_loss(tmp_path: Path) -> None:
    for low in (1, 100):
        both = np.maximum(area(low), area(255, box=OTHER))
        found = masks(tmp_path, png(both))
        assert [(f.kind, f.lost) for f in found] == [(Kind.MASK, True)]
    counted = np.maximum(area(1), area(2, box=OTHER))
    assert not any(f.lost for f in masks(tmp_path, png(counted)))
    assert len(open_data(tmp_path, "masks").samples[0].boxes) == 2


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (png(area(0)), "marks nothing"),
        (None, "has no mask"),
        (png(area(255))[:60], ""),
        (png(np.zeros((9, 9), np.uint8)), "is 9x9"),
    ],
)
def test_a_defective_part_without_a_mark_is_a_loss(
    tmp_path: Path, raw: bytes | None, words: str
) -> None:
    found = masks(tmp_path, raw)
    assert [f.lost for f in found] == [True]
    assert words in found[0].what
    kept = open_data(tmp_path, "masks", accept_losses=True)
    assert [s.name for s in kept.samples] == ["good/g"]


@pytest.mark.parametrize(
    "raw", [png(255 - area(255)), palette(1 - area(1), (0, 0, 0), (255, 255, 255))]
)
def test_an_inverted_mask_is_said(tmp_path: Path, raw: bytes) -> None:
    found = masks(tmp_path, raw)
    assert [f.kind for f in found] == [Kind.MASK_VALUES]
    assert "inverted" in found[0].what


def test_masks_without_pictures_are_a_loss(tmp_path: Path) -> None:
    masks(tmp_path, png(area(255)))
    (tmp_path / "crack" / "lone.png").write_bytes(png(area(255)))
    (tmp_path / "good" / "lone.png").write_bytes(png(area(0)))
    found = survey(tmp_path, "masks")[1]
    assert sorted(f.file.parent.name for f in found if f.lost) == ["crack", "good"]


def test_a_second_mask_of_a_picture_is_a_loss(tmp_path: Path) -> None:
    masks(tmp_path, png(area(255)))
    (tmp_path / "crack" / "0.PNG").write_bytes(png(area(255, box=OTHER)))
    assert any(f.lost and "may both be" in f.what for f in survey(tmp_path, "masks")[1])


def test_pictures_outside_the_layout_are_said(tmp_path: Path) -> None:
    masks(tmp_path / "a", png(area(255)))
    put(tmp_path / "a" / "preview.png", texture(3))
    assert [f.kind for f in survey(tmp_path / "a", "masks")[1]] == [Kind.NO_LABEL]
    mvtec(tmp_path / "b", ("test/crack/000.png",), {"ground_truth/crack/000_mask.png": BOX})
    put(tmp_path / "b" / "extra" / "good" / "000.png", texture(3))
    assert [f.kind for f in survey(tmp_path / "b", "mvtec")[1]] == [Kind.NO_LABEL]


def test_folders_of_classes_may_be_links(tmp_path: Path) -> None:
    masks(tmp_path / "far", png(area(255)))
    (tmp_path / "set" / "crack").mkdir(parents=True)
    (tmp_path / "set" / "crack" / "Imgs").symlink_to(tmp_path / "far" / "crack")
    (tmp_path / "set" / "good").symlink_to(tmp_path / "far" / "good")
    assert [len(s.boxes) for s in open_data(tmp_path / "set", "masks").samples] == [1, 0]


def test_classes_with_and_without_their_inner_folder_are_all_read(tmp_path: Path) -> None:
    put(tmp_path / "crack" / "IMGS" / "0.jpg", texture(1))
    put(tmp_path / "crack" / "IMGS" / "0.PNG", area(255))
    put(tmp_path / "dent" / "1.jpg", texture(2))
    put(tmp_path / "dent" / "1.png", area(255))
    assert [len(s.boxes) for s in open_data(tmp_path, "masks").samples] == [1, 1]


GROUPS: list[tuple[bytes, str]] = [
    ("\ufefffile,tile_group\r\ncrack\\0.jpg,1\r\n./good/g.jpg,1\r\n".encode(), ""),
    ("file,group\ncrack/0.jpg,1\ngood/g.jpg,1\n".encode("utf-16"), ""),
    (b"file,group\nCRACK/0.JPG, 1\n\ngood/g.jpg,1 \n", ""),
    (b"file,group\ncrack/0.jpg,1\ngood/g.jpg,1\ncrack\\0.jpg,2\n", "line 4: .* second time"),
    (b"file,group\ncrack/0.jpg,1\ngood/g.jpg,1\ncrack/0.jpg,1\n", "line 4: .* second time"),
    (b"file,group\ncrack/0.jpg\n", "line 2: file or group"),
    (b"file;group\ncrack/0.jpg;1\n", "commas"),
    (b"sep=,\nfile,group\ncrack/0.jpg,1\n", "commas"),
    (b"file,group\ncrack/0.jpg,1\ngood/g.jpg,1.0\n", ""),
    (b"picture,group\ncrack/0.jpg,1\n", "no columns"),
    (b'file,group\n"crack/0.jpg,1\n', "mend the line"),
    ("file,group\ncrack/0.jpg,부\n".encode("cp949"), "CP949"),
]


@pytest.mark.parametrize(("raw", "words"), GROUPS)
def test_groups_are_read_or_refused(tmp_path: Path, raw: bytes, words: str) -> None:
    if words:
        with pytest.raises(DataError, match=words):
            masks(tmp_path, png(area(255)), raw)
        return
    assert masks(tmp_path, png(area(255)), raw) == []
    assert [s.group for s in open_data(tmp_path, "masks").samples] == ["1", "1"]


def test_groups_of_files_that_are_not_there_are_said(tmp_path: Path) -> None:
    lines = b"file,group\ncrack/0.jpg,1\ngood/g.jpg,1\ncrack/9.jpg,2\n"
    found = masks(tmp_path, png(area(255)), lines)
    assert [f.kind for f in found] == [Kind.GROUP]
    assert "'crack/9.jpg'" in found[0].what


def test_groups_of_which_none_fits_are_an_error(tmp_path: Path) -> None:
    found = masks(tmp_path, png(area(255)), b"file,group\nx/0.jpg,1\nx/g.jpg,1\n")
    (first,) = [f for f in found if f.lost]
    assert first.kind is Kind.GROUP
    assert "none of its files" in first.what


def mvtec(
    root: Path, pictures: tuple[str, ...], truth: dict[str, tuple[int, int, int, int]]
) -> tuple[DataSet, list[Finding]]:
    for seed, name in enumerate(("train/good/000.png", *pictures)):
        put(root / name, texture(seed))
    for name, box in truth.items():
        put(root / name, area(255, box=box))
    return survey(root, "mvtec")


TREES: list[tuple[str, tuple[str, ...], dict[str, tuple[int, int, int, int]], list[list[int]]]] = [
    ("plain", ("test/crack/000.png",), {"ground_truth/crack/000_mask.png": BOX}, [[*BOX]]),
    ("folders below", ("test/crack/a/000.png", "test/crack/b/000.png"),
     {"ground_truth/crack/a/000_mask.png": BOX, "ground_truth/crack/b/000_mask.png": OTHER},
     [[*BOX], [*OTHER]]),
    ("a folder a picture", ("test/crack/000.png", "test/crack/001.png"),
     {"ground_truth/crack/000/000.png": BOX, "ground_truth/crack/001/000.png": OTHER},
     [[*BOX], [*OTHER]]),
    ("other case", ("Test/crack/000.PNG",), {"Ground_Truth/Crack/000_MASK.PNG": BOX}, [[*BOX]]),
]  # fmt: skip


@pytest.mark.parametrize(("pictures", "truth", "boxes"), [t[1:] for t in TREES],
                         ids=[t[0] for t in TREES])  # fmt: skip
def test_masks_are_matched_by_path(
    tmp_path: Path,
    pictures: tuple[str, ...],
    truth: dict[str, tuple[int, int, int, int]],
    boxes: list[list[int]],
) -> None:
    data, found = mvtec(tmp_path, pictures, truth)
    assert [s.boxes[0].tolist() for s in data.samples if not s.good] == boxes
    assert not any(f.lost for f in found)


def test_all_masks_of_one_picture_count(tmp_path: Path) -> None:
    truth = {"ground_truth/crack/000/000.png": BOX, "ground_truth/crack/000/001.png": OTHER}
    data, found = mvtec(tmp_path, ("test/crack/000.png",), truth)
    assert sorted(data.samples[0].boxes.tolist()) == sorted([[*BOX], [*OTHER]])
    assert [f.kind for f in found] == [Kind.MASK]


@pytest.mark.parametrize(
    ("pictures", "truth", "words"),
    [
        (("test/crack/a/000.png",), {"ground_truth/crack/000_mask.png": BOX}, "has no mask"),
        (("test/crack/000.png",), {"ground_truth/crack/000_mask.png": BOX,
                                   "ground_truth/crack/7_mask.png": BOX}, "belongs to no picture"),
        (("test/crack/000.png",), {"ground_truth/crack/000_mask.png": BOX,
                                   "ground_truth/crack/000_mask.bmp": BOX}, "may both be"),
        (("test/000.png", "test/crack/000.png"), {"ground_truth/crack/000_mask.png": BOX},
         "no folder of a class"),
    ],
)  # fmt: skip
def test_masks_and_pictures_that_stay_over_are_a_loss(
    tmp_path: Path,
    pictures: tuple[str, ...],
    truth: dict[str, tuple[int, int, int, int]],
    words: str,
) -> None:
    _, found = mvtec(tmp_path, pictures, truth)
    assert any(f.lost and words in f.what for f in found)
