"""The inspection of one picture, from pixels to defects."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from time import perf_counter
from typing import Final

import cv2
import numpy as np

from calibration.camera import CameraModel
from calibration.geometry import Float, Pose2D
from models.ground.text import say
from models.package import ModelPackage
from vision.engines.base import Engine, Tensor
from vision.errors import EngineError, InspectionError
from vision.inspect.align import align_half
from vision.inspect.golden import Golden, GoldenLibrary, Match, confirm, signature, turn_of
from vision.inspect.locate import PartLocator
from vision.inspect.numbers import halve
from vision.inspect.part import PartGeometry, masked
from vision.inspect.photometry import Light, fit_light, shrink
from vision.inspect.raw import Raw
from vision.inspect.rectify import Rectifier
from vision.inspect.sanity import Bounds, Look, check_exposure, check_sane
from vision.inspect.turning import turned
from vision.nets.channels import golden_channel
from vision.nets.decode import decode_places, in_view, require_sound
from vision.nets.masks import outlines, table_of
from vision.types import NOT_MOVED, Detection, Image, Inspection, Timings

UNIT: Final = np.float32(1.0 / 255.0)
STILL_PX: Final = 0.1
"""A canonical picture that lies closer to its golden sample than this is not interpolated again."""


class Inspector:
    """Finds the defects in pictures of one product. One instance serves one thread.

    model, engine: the detector; engine must run the model's file. goldens: the recipe's golden
    samples. camera: the calibrated camera; without it only canonical pictures are inspected.
    canonical: width and height of the view [px]. floor: least score of a reported detection, such
    as the recipe's threshold for review; None: the thresholds on the model's card. bounds: what
    pictures of the product look like, see `check_sane`.
    Raises EngineError when model, engine and canonical size do not fit together.
    """

    def __init__(
        self,
        model: ModelPackage,
        engine: Engine,
        goldens: GoldenLibrary | None,
        camera: CameraModel | None,
        part: PartGeometry,
        canonical: tuple[int, int] = (640, 640),
        floor: float | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        channels = len(model.card.input.channels)
        wanted = (1, channels, canonical[1], canonical[0])
        if engine.input_shape != wanted:
            raise EngineError(
                f"Model {model.identity} takes {engine.input_shape}, this recipe gives {wanted}: "
                "take a model that was trained for this canonical size"
            )
        self.model = model
        self.engine = engine
        self.goldens = goldens
        if goldens is not None:
            goldens.prepare()
        self.camera = camera
        self.canonical = canonical
        self.bounds = bounds
        self._floors = model.scores() if floor is None else [floor] * len(model.card.classes)
        self._locator = PartLocator(camera, part) if camera else None
        self._rectifier = Rectifier(camera, part, canonical) if camera else None
        self._round, self._artwork = part.round, part.artwork(canonical)
        self._batch: Tensor = np.zeros(wanted, np.float32)
        self._loaded: Golden | None = None
        """The golden sample that lies in the batch."""
        own = [i for i, what in enumerate(model.card.input.channels) if what == "board"]
        self._leading = max(own, default=channels - 1) + 1
        """So many leading channels hold all that is the part's own."""
        self._spent = dict.fromkeys(("locate", "align", "inference"), 0.0)

    def inspect_frame(self, image: Image, golden: Golden | None = None) -> tuple[Inspection, Image]:
        """Inspect a camera picture (height, width); also gives the aligned canonical view.

        golden: the golden sample to compare with; None: the recipe's that fits best. Raises
        InspectionError when the part cannot be inspected and EngineError.
        """
        began = perf_counter()
        self._check_size(image)
        if self._locator is None or self._rectifier is None:
            raise InspectionError(say("vision.no_calibration"))
        with self._timed("locate"):
            half = halve(image)
            check_exposure(Look.of(half))
            located = self._locator.locate(image, half)
        with self._timed("align"):
            # Half the size tells which board it is, how it is lit and how it lies.
            rough = self._rectifier.rectify_half(half, located)
            if among := self._among(golden):
                # The pose stays that of the belt: the view alone is turned.
                turn = turn_of(rough, among)
                located = replace(located, part_to_belt=turned(located.part_to_belt, turn))
                rough = self._rectifier.rectify_half(half, located)
            golden = self._choose(rough, golden, self.goldens)
            light, moved = None, None
            if golden is not None:
                light = self._light(rough, golden)
                moved = align_half(rough, light, golden.target)
            # One interpolation from camera to aligned view keeps fine defects sharp.
            view = self._rectifier.rectify(image, located, moved)
            check_sane(view, self.bounds)
        return self._detect(view, golden, self.goldens, light, located.pose, began), view

    def inspect_view(
        self,
        view: Image,
        golden: Golden | None = None,
        goldens: GoldenLibrary | None = None,
        raw: Raw | None = None,
    ) -> tuple[Inspection, Image]:
        """Inspect a picture (height, width) that is canonical already; also gives it aligned.

        golden and errors: as `inspect_frame`. goldens: golden samples that count instead of the
        recipe's. raw: is given what the model said. The inspection's pose is None.
        """
        goldens = self.goldens if goldens is None else goldens
        began = perf_counter()
        width, height = self.canonical
        if view.shape != (height, width):
            raise InspectionError(
                say("vision.view_size", width=view.shape[1], height=view.shape[0],
                    view_width=width, view_height=height)
            )  # fmt: skip
        from_view = NOT_MOVED
        with self._timed("align"):
            view = masked(view, self._artwork)
            check_sane(view, self.bounds)
            half = halve(view)
            golden = self._choose(half, golden, goldens)
            light = None
            if golden is not None:
                light = self._light(half, golden)
                moved = align_half(half, light, golden.target)
                view, moved = _moved(view, moved)
                from_view = tuple(moved[:2].ravel().tolist())
        self._spent["locate"] = 0.0
        inspection = self._detect(view, golden, goldens, light, None, began, raw)
        return replace(inspection, from_view=from_view), view

    def _among(self, golden: Golden | None) -> tuple[Golden, ...]:
        """The golden samples of which one tells how a round part is turned."""
        if not self._round or "golden" not in self.model.card.input.channels:
            return ()
        return (golden,) if golden is not None else self.goldens.all if self.goldens else ()

    def _check_size(self, image: Image) -> None:
        if self.camera is not None and image.shape != (self.camera.height, self.camera.width):
            raise InspectionError(
                say("vision.camera_size", width=image.shape[1], height=image.shape[0],
                    camera_width=self.camera.width, camera_height=self.camera.height)
            )  # fmt: skip

    def _choose(
        self, half: Image, golden: Golden | None, goldens: GoldenLibrary | None
    ) -> Golden | None:
        """The golden sample to compare with; None for a model that needs none."""
        if "golden" not in self.model.card.input.channels:
            return None
        if golden is not None:
            match = _match(half, golden, goldens)
        elif goldens is not None:
            golden, match = goldens.nearest(half)
        else:
            raise InspectionError(say("vision.no_golden", model=self.model.identity))
        confirm(match, golden.name, aligned=False)
        return golden

    def _light(self, half: Image, golden: Golden, start: Light | None = None) -> Light:
        return fit_light(shrink(half), golden.bright_share, start)

    def _detect(
        self,
        view: Image,
        golden: Golden | None,
        goldens: GoldenLibrary | None,
        light: Light | None,
        pose: Pose2D | None,
        began: float,
        raw: Raw | None = None,
    ) -> Inspection:
        with self._timed("align", more=True):
            if golden is not None:
                half = halve(view)
                confirm(_match(half, golden, goldens), golden.name, aligned=True)
                light = self._light(half, golden, light)
            for channel, what in enumerate(self.model.card.input.channels):
                if what == "board" and light is not None:
                    light.normalise(view, self._batch[0, channel])
                elif what == "board":  # no golden sample says what is dark and what bright
                    np.divide(view, np.float32(255.0), out=self._batch[0, channel])
                elif golden is not None and golden is not self._loaded:
                    grey = golden_channel(what, golden.image)
                    plane = self._batch[0, channel]
                    np.copyto(plane, grey)
                    plane *= UNIT
            changed = self._leading if golden is self._loaded else None
            self._loaded = golden
        with self._timed("inference"):
            output = self.engine.run(self._batch, changed)
            table = table_of(self.model.card, output)
        whose = f"Model {self.model.identity} on {self.engine.name}"
        if raw is not None:
            raw.output = table.copy()
        require_sound(table, len(self.model.card.classes), min(self._floors), whose)
        return Inspection(
            detections=self._detections(output),
            golden=golden.name if golden is not None else "",
            pose=pose,
            model=self.model.identity,
            engine=self.engine.name,
            timings=Timings(
                locate_ms=self._spent["locate"],
                align_ms=self._spent["align"],
                inference_ms=self._spent["inference"],
                total_ms=(perf_counter() - began) * 1e3,
            ),
        )

    def _detections(self, output: Tensor) -> tuple[Detection, ...]:
        card = self.model.card
        table = table_of(card, output[0])
        boxes, scores, classes, places = decode_places(card, table, self._floors)
        lines = outlines(card, output[0], boxes, places)
        sure = np.minimum(scores, 1.0).tolist()
        found = zip(in_view(boxes, card).tolist(), sure, classes, lines, strict=True)
        return tuple(
            Detection(card.classes[which], score, x0, y0, x1, y1, line)
            for (x0, y0, x1, y1), score, which, line in found
        )

    @contextmanager
    def _timed(self, stage: str, more: bool = False) -> Iterator[None]:
        start = perf_counter()
        yield
        spent = (perf_counter() - start) * 1e3
        self._spent[stage] = spent + (self._spent[stage] if more else 0.0)


def _match(half: Image, golden: Golden, goldens: GoldenLibrary | None) -> Match:
    if goldens is not None:
        return goldens.match(half, golden)
    return Match(float(golden.signature @ signature(half)), "", -1.0)


def _moved(view: Image, matrix: Float) -> tuple[Image, Float]:
    """The view drawn where its golden sample has it, unless it lies there already; and from its
    pixels to those it was drawn from (3, 3).
    """
    height, width = view.shape
    corners = np.array([[0, width, width, 0], [0, 0, height, height], [1, 1, 1, 1]], np.float64)
    if np.abs((matrix @ corners - corners)[:2]).max() < STILL_PX:
        return view, np.eye(3)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    aligned = cv2.warpAffine(
        view, matrix[:2], (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(aligned, np.uint8), matrix
