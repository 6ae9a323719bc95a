"""Pictures of a part with a known defect, damaged, through the real inspection.

Damage where the defect lies must not let the part pass: the picture is refused, or the part is not
passed. Pixels are compared first, since inspecting takes a hundred times as long as reading.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from cell.config import load
from cell.faces.cli.app import run_verb
from cell.products.inspector import build_inspector
from cell.products.lookup import MODELS
from cell.products.rules import judge
from tests.fuzz.targets import Target
from vision.inspect.files import inspect_file
from vision.inspect.golden import Golden
from vision.types import Image, Inspection

RECIPE = "ball_screw"
SAMPLE = MODELS / RECIPE / "samples" / "KGT1-S-075-A02_crop_0.webp"
_AROUND = 6
"""What lies so near to a defect [px] belongs to it."""


class PassedDamagedError(Exception):
    """A part passed although its picture was damaged where the defect lies."""


@dataclass
class Screw:
    """The real inspector; it looks only at pictures that differ from the sound one at a defect."""

    sound: Image | None = None
    seen: Inspection | None = None
    inspected: int = 0
    canonical: tuple[int, int] = field(init=False)
    camera: None = None

    def __post_init__(self) -> None:
        self._setup = build_inspector(load(None), RECIPE)
        self.canonical = self._setup.complete.canonical

    def inspect_frame(self, image: Image, golden: Golden | None = None) -> tuple[Inspection, Image]:
        """Not used: the pictures are canonical views."""
        return self._setup.complete.inspect_frame(image, golden)

    def inspect_view(self, view: Image, golden: Golden | None = None) -> tuple[Inspection, Image]:
        """What is known of the sound picture where the defects look as in it."""
        if self.sound is not None and self.seen is not None and not self._differs(view):
            return self.seen, view
        self.inspected += 1
        return self._setup.complete.inspect_view(view, golden)

    def passes(self, file: Path) -> bool:
        """Whether the part in a picture file passes."""
        inspection, _ = inspect_file(file, None, self)
        return judge(self._setup.recipe, inspection.detections).kind.value == "pass"

    def learn(self, file: Path) -> None:
        """Take a sound picture, whose part must not pass: damaged ones are compared with it."""
        self.sound = self.seen = None
        self.seen, self.sound = inspect_file(file, None, self)
        assert not self.passes(file), file

    def _differs(self, view: Image) -> bool:
        assert self.sound is not None
        assert self.seen is not None
        for found in self.seen.detections:
            if found.score < 0.5:
                continue
            x1, y1 = (max(0, int(v) - _AROUND) for v in (found.box.x_min, found.box.y_min))
            x2, y2 = (int(v) + _AROUND for v in (found.box.x_max, found.box.y_max))
            if not np.array_equal(view[y1:y2, x1:x2], self.sound[y1:y2, x1:x2]):
                return True
        return False


def picture_targets(folder: Path) -> list[Target]:
    """The part in every format and form that cameras and programs write."""
    image = np.asarray(cv2.imread(str(SAMPLE), cv2.IMREAD_GRAYSCALE), np.uint8)
    screw = Screw()
    targets = []
    for name, content in _forms(image):
        home = folder / name.replace(".", "-")
        home.mkdir(parents=True)
        (home / name).write_bytes(content)
        targets.append(Target(f"picture-{name}", home, (name,), _Reader(screw, home / name), 4))
    return targets


class _Reader:
    """Inspects one form of the picture."""

    def __init__(self, screw: Screw, file: Path) -> None:
        self._screw = screw
        self._name = file.name
        screw.learn(file)
        self._known = (screw.sound, screw.seen)

    def __call__(self, folder: Path) -> None:
        file = folder / self._name
        self._screw.sound, self._screw.seen = self._known
        if self._screw.passes(file) and _passes_by_command(file):
            raise PassedDamagedError(self._name)


def _passes_by_command(file: Path) -> bool:
    """What the command itself says: it may look at more than the inspector does."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return run_verb(["inspect", str(file), "--recipe", RECIPE]) == 0


def _forms(image: Image) -> Iterator[tuple[str, bytes]]:
    options = {
        "baseline.jpg": [cv2.IMWRITE_JPEG_QUALITY, 92],
        "progressive.jpg": [cv2.IMWRITE_JPEG_QUALITY, 92, cv2.IMWRITE_JPEG_PROGRESSIVE, 1],
        "restart.jpg": [cv2.IMWRITE_JPEG_QUALITY, 80, cv2.IMWRITE_JPEG_RST_INTERVAL, 16],
        "a.png": [cv2.IMWRITE_PNG_COMPRESSION, 3],
        "lossless.webp": [cv2.IMWRITE_WEBP_QUALITY, 101],
        "lzw.tif": [cv2.IMWRITE_TIFF_COMPRESSION, 5],
        "deflate.tif": [cv2.IMWRITE_TIFF_COMPRESSION, 8],
        "raw.tif": [cv2.IMWRITE_TIFF_COMPRESSION, 1],
        "a.bmp": [],
    }
    for name, chosen in options.items():
        done, data = cv2.imencode(name[name.rindex(".") :], image, chosen)
        assert done
        yield name, data.tobytes()
    colour = np.repeat(image[:, :, None], 3, axis=2)
    done, data = cv2.imencode(".png", colour)
    assert done
    yield "colour.png", data.tobytes()
