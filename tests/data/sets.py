"""Small data sets of every format with the same content, written to disk.

Four pictures of 96 x 80 px: two with one scratch, one with a dent, one good.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

HEIGHT, WIDTH = 80, 96
CLASSES = ("dent", "scratch")
CONTENT: dict[str, tuple[str, tuple[int, int, int, int]] | None] = {
    "a": ("scratch", (10, 20, 40, 36)),
    "b": ("scratch", (50, 8, 90, 24)),
    "c": ("dent", (30, 30, 60, 70)),
    "d": None,
}
"""Name of a picture to its class and box, None for a good part."""


def texture(seed: int, height: int = HEIGHT, width: int = WIDTH) -> NDArray[np.uint8]:
    """A picture unlike all others."""
    coarse = np.random.default_rng(seed).integers(0, 255, (height // 8, width // 8), np.uint8)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def put(path: Path, image: NDArray[np.uint8] | NDArray[np.uint16]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), image)
    return path


def pictures(folder: Path, suffix: str = ".png") -> None:
    for seed, name in enumerate(CONTENT):
        put(folder / f"{name}{suffix}", texture(seed))


def write_deeppcb(root: Path) -> None:
    """DeepPCB's own classes: a scratch is its `short`, a dent its `open`."""
    numbers = {"dent": 1, "scratch": 2}
    for seed, (name, defect) in enumerate(CONTENT.items()):
        group = "00001" if name in "ab" else "00002"
        home = root / "PCBData" / f"group{group}"
        put(home / group / f"{name}_test.png", texture(seed))
        put(home / group / f"{name}_temp.png", texture(seed + 100))
        labels = home / f"{group}_not" / f"{name}.txt"
        labels.parent.mkdir(parents=True, exist_ok=True)
        separator = " " if name == "a" else ","
        line = separator.join(map(str, (*defect[1], numbers[defect[0]]))) if defect else ""
        labels.write_text(line + "\n")


def coco_content() -> dict[str, list[dict[str, object]]]:
    images: list[dict[str, object]] = []
    annotations: list[dict[str, object]] = []
    for number, (name, defect) in enumerate(CONTENT.items()):
        images.append(
            {"id": number, "file_name": f"{name}.png", "width": WIDTH, "height": HEIGHT}
            | ({"group": "ab"} if name in "ab" else {})
        )
        if defect is not None:
            x1, y1, x2, y2 = defect[1]
            annotations.append(
                {
                    "id": number,
                    "image_id": number,
                    "category_id": 7 if defect[0] == "dent" else 9,
                    "bbox": [x1, y1, x2 - x1, y2 - y1],
                }
            )
    categories: list[dict[str, object]] = [{"id": 7, "name": "dent"}, {"id": 9, "name": "scratch"}]
    return {"images": images, "annotations": annotations, "categories": categories}


def write_coco(root: Path) -> None:
    pictures(root / "images")
    (root / "instances.json").write_text(json.dumps(coco_content()))


def write_yolo(root: Path) -> None:
    (root / "labels" / "train").mkdir(parents=True)
    pictures(root / "images" / "train")
    for name, defect in CONTENT.items():
        if defect is None:
            (root / "labels" / "train" / f"{name}.txt").touch()
            continue
        x1, y1, x2, y2 = defect[1]
        label = CLASSES.index(defect[0])
        xs, ys = (x1 / WIDTH, x2 / WIDTH), (y1 / HEIGHT, y2 / HEIGHT)
        if name == "b":
            values = (xs[0], ys[0], xs[1], ys[0], xs[1], ys[1], xs[0], ys[1])
        else:
            values = (sum(xs) / 2, sum(ys) / 2, xs[1] - xs[0], ys[1] - ys[0])
        text = " ".join(f"{v:.6f}" for v in values)
        (root / "labels" / "train" / f"{name}.txt").write_text(f"{label} {text}\n")
    (root / "data.yaml").write_text("train: ../images/train\nnc: 2\nnames: [dent, scratch]\n")


def write_labelme(root: Path) -> None:
    pictures(root, ".jpg")
    for name, defect in CONTENT.items():
        shapes = []
        if defect is not None:
            x1, y1, x2, y2 = defect[1]
            polygon = name == "a"
            corners = [[x1, y1], [x2, y1], [x2, y2]] if polygon else [[x2, y2], [x1, y1]]
            kind = "polygon" if polygon else "rectangle"
            shapes = [{"label": defect[0], "points": corners, "shape_type": kind}]
        file = {"shapes": shapes, "imagePath": f"{name}.jpg", "imageData": None}
        file |= {"imageHeight": HEIGHT, "imageWidth": WIDTH}
        (root / f"{name}.json").write_text(json.dumps(file))


def mask_of(name: str) -> NDArray[np.uint8]:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    defect = CONTENT[name]
    if defect is not None:
        x1, y1, x2, y2 = defect[1]
        mask[y1:y2, x1:x2] = 255
        mask[0, 0] = 127
    return mask


def write_masks(root: Path) -> None:
    rows = [("file", "tile_group")]
    for seed, (name, defect) in enumerate(CONTENT.items()):
        folder = root / (defect[0] if defect else "MT_Free") / "Imgs"
        put(folder / f"{name}.jpg", texture(seed))
        put(folder / f"{name}.png", mask_of(name))
        rows.append((f"{folder.parent.name}/Imgs/{name}.jpg", "ab" if name in "ab" else name))
    with (root / "groups.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)


def write_mvtec(root: Path) -> None:
    for seed, (name, defect) in enumerate(CONTENT.items()):
        if defect is None:
            put(root / "train" / "good" / f"{name}.png", texture(seed))
        else:
            put(root / "test" / defect[0] / f"{name}.png", texture(seed))
            put(root / "ground_truth" / defect[0] / f"{name}_mask.png", mask_of(name))


WRITERS: dict[str, Callable[[Path], None]] = {
    "deeppcb": write_deeppcb,
    "coco": write_coco,
    "yolo": write_yolo,
    "labelme": write_labelme,
    "masks": write_masks,
    "mvtec": write_mvtec,
}
