"""Pictures from a real shared-memory ring and from stored views."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from cell.client.model import InspectionStatus, PictureSource
from cell.control.ledger.inspection import Inspection
from cell.faces.hmi.components.picture import aspect, drawing, findings
from cell.faces.hmi.labels import labels
from cell.faces.hmi.pictures import PictureStore
from cell.products import RECIPES, Region, load_recipe
from cell.records.images import encoded
from cell.texts import Lang, render, say
from tests.cell.evidence_world import START_NS, Shift
from vision.frames import FrameRing
from vision.types import Defect, FrameMeta

CAMERA_GONE = PictureSource()
DEFECTS = (Defect("short", 0.9, 10, 20, 50, 60), Defect("<odd>", 0.4, 0, 0, 5, 5))


def inspection(
    trigger: int,
    source: PictureSource = CAMERA_GONE,
    ok: bool = True,
    canonical: tuple[int, int] | None = (640, 640),
    view: str = "",
    late: bool = False,
) -> InspectionStatus:
    seen = Inspection(
        trigger=trigger, exposure_ns=10**9, done_ns=10**9, ok=ok, error="" if ok else "no part",
        defects=DEFECTS, recipe="pcb@1", view=view,
    )  # fmt: skip
    return InspectionStatus("P1", seen, late=late, canonical=canonical, source=source)


def stored(folder: Path, width: int, height: int) -> str:
    """A view as the inspector stores it."""
    (folder / "view.jpg").write_bytes(encoded(np.full((height, width), 99, np.uint8)))
    return "view.jpg"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[PictureStore]:
    pictures = PictureStore(960, 80, tmp_path)
    yield pictures
    pictures.close()


@pytest.fixture
def ring() -> Iterator[FrameRing]:
    made = FrameRing(f"hmi_test_{os.getpid()}", 2, 1200, 1920)
    yield made
    made.close()


def publish(ring: FrameRing, slot: int, grey: int) -> PictureSource:
    ring.invalidate(slot)
    ring.pixels(slot)[:] = grey
    frame = ring.publish(slot, FrameMeta(1, 1, 1))
    return PictureSource(ring.name, slot, frame.sequence)


def test_camera_picture_is_shrunk_and_carries_no_boxes(
    store: PictureStore, ring: FrameRing
) -> None:
    seen = inspection(1, publish(ring, 0, 77))
    picture = store.picture(seen)
    assert picture is not None
    assert (picture.width, picture.height, picture.canonical) == (960, 600, False)
    jpeg = store.jpeg(picture.number)
    assert jpeg is not None
    assert cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)[300, 480] == 77
    assert '<rect class="mark"' not in drawing(picture, seen, "en")
    assert store.picture(seen) is picture, "made once, however often it is asked for"


def test_overwritten_picture_is_gone(store: PictureStore, ring: FrameRing) -> None:
    first = inspection(1, publish(ring, 0, 10))
    shown = store.picture(inspection(2, publish(ring, 1, 20)))
    publish(ring, 0, 30)
    assert store.picture(first) is None
    assert shown is not None
    assert store.jpeg(shown.number) is None, "an older picture is never served for a newer part"
    assert "no longer in memory" in drawing(None, first, "en")


@pytest.mark.parametrize(
    "source", [PictureSource(), PictureSource(ring="no_such_ring", sequence=5)]
)
def test_no_picture_at_all(store: PictureStore, source: PictureSource) -> None:
    assert store.picture(inspection(1, source)) is None


def test_stored_view_is_preferred(store: PictureStore, ring: FrameRing, tmp_path: Path) -> None:
    view = stored(tmp_path, 320, 320)
    seen = inspection(1, publish(ring, 0, 10), view=view)
    picture = store.picture(seen)
    assert picture is not None
    assert (picture.width, picture.canonical) == (320, True)
    assert picture.jpeg == (tmp_path / view).read_bytes(), "encoded once, when it was stored"
    assert drawing(picture, seen, "en").count('<rect class="mark"') == 2


@pytest.mark.parametrize(
    ("canonical", "scale"),
    [
        ((640, 256), "1.0000 1.0000"),
        ((1280, 512), "0.5000 0.5000"),
        ((320, 128), "2.0000 2.0000"),
        ((640, 512), "1.0000 0.5000"),
        (None, "1.0000 1.0000"),
    ],
)
def test_boxes_lie_where_the_message_says(
    store: PictureStore,
    tmp_path: Path,
    canonical: tuple[int, int] | None,
    scale: str,
) -> None:
    seen = inspection(1, canonical=canonical, view=stored(tmp_path, 640, 256))
    picture = store.picture(seen)
    drawn = drawing(picture, seen, "en")
    assert f'<g transform="scale({scale})">' in drawn
    assert '--unit: 1.000" viewBox="0 0 640 256"' in drawn
    assert aspect(picture, seen) == "aspect-ratio: 640 / 256"


@pytest.mark.parametrize(
    ("canonical", "size"),
    [((640, 256), "640 / 256"), ((320, 320), "320 / 320"), (None, "640 / 640")],
)
def test_a_view_that_is_gone_keeps_its_shape(canonical: tuple[int, int] | None, size: str) -> None:
    seen = inspection(1, canonical=canonical)
    assert aspect(None, seen) == f"aspect-ratio: {size}"
    drawn = drawing(None, seen, "en")
    assert f'viewBox="0 0 {size.replace(" / ", " ")}"' in drawn
    assert drawn.count('<rect class="mark"') == 2


def test_a_view_is_shown_before_and_after_it_found_its_part(
    store: PictureStore, tmp_path: Path
) -> None:
    shift = Shift(tmp_path)
    view = shift.view(np.full((320, 320), 99, np.uint8), START_NS + 10**9)
    first = store.picture(inspection(1, view=view))
    shift.part(view=view)
    shift.keeper.settle(10)
    assert not (tmp_path / view).exists()
    second = store.picture(inspection(2, view=view))
    shift.close()
    assert first is not None
    assert second is not None
    assert second.jpeg == first.jpeg
    assert second.canonical


@pytest.mark.parametrize("content", [b"", b"no picture"])
def test_broken_view_falls_back(store: PictureStore, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "view.jpg").write_bytes(content)
    assert store.picture(inspection(1, view="view.jpg")) is None


def test_findings_in_words() -> None:
    good, failed, late = inspection(1), inspection(2, ok=False), inspection(3, late=True)
    recipe = load_recipe(RECIPES / "pcb")
    assert "단락" in findings(good, None, labels(recipe, "ko"), "ko")
    assert "&lt;odd&gt;" in findings(good, None, labels(recipe, "en"), "en")
    assert "</b> short <" in findings(good, None, labels(None, "ko"), "ko")
    assert "Not inspected: no part" in findings(failed, None, str, "en")
    assert "too late" not in findings(good, None, str, "en")
    assert "too late" in findings(late, None, str, "en")


@pytest.mark.parametrize(
    ("lang", "words"), [("ko", "핀홀 0.93 (외 2건)"), ("en", "pin-hole 0.93 (and 2 more)")]
)
def test_a_verdicts_reason_says_classes_in_words(lang: Lang, words: str) -> None:
    recipe = load_recipe(RECIPES / "pcb")
    told = say("verdict.defects", defect="pin_hole", score=0.93, more=2)
    assert render(told, lang, labels(recipe, lang)).startswith(words)


def test_regions_lie_where_the_recipe_says_on_the_view_alone(
    store: PictureStore, ring: FrameRing, tmp_path: Path
) -> None:
    square = ((10.0, 20.0), (90.0, 20.0), (90.0, 60.0), (10.0, 60.0))
    regions = {"<bar>": Region(kind="ignore", polygon=square)}
    recipe = load_recipe(RECIPES / "pcb").model_copy(update={"regions": regions})
    seen = inspection(1, view=stored(tmp_path, 640, 640))
    drawn = drawing(store.picture(seen), seen, "en", recipe)
    assert '<polygon class="region region-ignore" points="10,20 90,20 90,60 10,60"/>' in drawn
    assert "&lt;bar&gt;" in drawn
    assert "<polygon" not in drawing(store.picture(seen), seen, "en")
    whole = inspection(2, publish(ring, 0, 77))
    assert "<polygon" not in drawing(store.picture(whole), whole, "en", recipe)
