"""Inspection with a taught model: known defects named, unknown ones caught."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

from calibration.camera import CameraModel
from calibration.geometry import Pose2D
from models.ground.text import say
from vision.anomaly.detector import AnomalyDetector, regions
from vision.errors import InspectionError
from vision.inspect.golden import Golden, GoldenLibrary
from vision.inspect.inspector import Inspector
from vision.inspect.locate import PartLocator
from vision.inspect.part import PartGeometry, masked
from vision.inspect.raw import Raw
from vision.inspect.rectify import Rectifier
from vision.inspect.sanity import Bounds, Look, check_exposure, check_sane
from vision.types import Image, Inspection, Timings


class TaughtInspector:
    """Finds anomalies, beside the defects that `known` names or without it. Serves one thread.

    taught: the model of what is good. known: the detector's inspector, where the recipe has one.
    camera, part, canonical: as for `Inspector`. floor: least score of a reported anomaly.
    bounds: as for `Inspector`, which looks itself where it is part of this one.
    """

    def __init__(
        self,
        taught: AnomalyDetector,
        known: Inspector | None,
        camera: CameraModel | None,
        part: PartGeometry,
        canonical: tuple[int, int],
        floor: float,
        bounds: Bounds | None = None,
    ) -> None:
        self.taught = taught
        self.known = known
        self.camera = camera
        self.canonical = canonical
        self.bounds = bounds
        self.goldens: GoldenLibrary | None = known.goldens if known else None
        self._floor = floor
        self._artwork = part.artwork(canonical)
        alone = camera is not None and known is None
        self._locator = PartLocator(camera, part) if camera and alone else None
        self._rectifier = Rectifier(camera, part, canonical) if camera and alone else None

    def inspect_frame(self, image: Image, golden: Golden | None = None) -> tuple[Inspection, Image]:
        """As `Inspector.inspect_frame`."""
        began = perf_counter()
        if self.known is not None:
            return self._add(*self.known.inspect_frame(image, golden), began)
        if self.camera is None or self._locator is None or self._rectifier is None:
            raise InspectionError(say("vision.no_calibration"))
        if image.shape != (self.camera.height, self.camera.width):
            raise InspectionError(
                say("vision.camera_size", width=image.shape[1], height=image.shape[0],
                    camera_width=self.camera.width, camera_height=self.camera.height)
            )  # fmt: skip
        check_exposure(Look.of(image))
        located = self._locator.locate(image)
        found = perf_counter()
        view = self._rectifier.rectify(image, located)
        check_sane(view, self.bounds)
        spent = ((found - began) * 1e3, (perf_counter() - found) * 1e3)
        return self._add(self._nothing(located.pose, spent), view, began)

    def inspect_view(
        self,
        view: Image,
        golden: Golden | None = None,
        goldens: GoldenLibrary | None = None,
        raw: Raw | None = None,
    ) -> tuple[Inspection, Image]:
        """As `Inspector.inspect_view`."""
        began = perf_counter()
        if self.known is not None:
            return self._add(*self.known.inspect_view(view, golden, goldens, raw), began, raw)
        width, height = self.canonical
        if view.shape != (height, width):
            raise InspectionError(
                say("vision.view_size", width=view.shape[1], height=view.shape[0],
                    view_width=width, view_height=height)
            )  # fmt: skip
        view = masked(view, self._artwork)
        check_sane(view, self.bounds)
        return self._add(self._nothing(None, (0.0, 0.0)), view, began, raw)

    def _nothing(self, pose: Pose2D | None, spent: tuple[float, float]) -> Inspection:
        """An inspection to which anomalies are added."""
        times = Timings(locate_ms=spent[0], align_ms=spent[1])
        return Inspection((), "", pose, "", self.taught.engine.name, times)

    def _add(
        self, inspection: Inspection, view: Image, began: float, raw: Raw | None = None
    ) -> tuple[Inspection, Image]:
        start = perf_counter()
        heat = self.taught.heat(view)
        if raw is not None:
            raw.heat = heat
        found = regions(heat, self._floor, inspection.detections)
        ended = perf_counter()
        models = [name for name in (inspection.model, self.taught.model.identity) if name]
        times = replace(
            inspection.timings,
            inference_ms=inspection.timings.inference_ms + (ended - start) * 1e3,
            total_ms=(ended - began) * 1e3,
        )
        seen = replace(
            inspection,
            detections=(*inspection.detections, *found),
            model="+".join(models),
            timings=times,
        )
        return seen, view
