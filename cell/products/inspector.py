"""From a recipe's name to an inspector that is ready: what it refers to, engine, calibration."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from calibration.cell import load_calibration
from cell.products.loading import RecipeError
from cell.products.lookup import load_inspection_parts
from cell.products.pin import Pin
from cell.products.places import Places
from cell.products.recipe import PartGeometry as RecipePart
from cell.products.recipe import Recipe
from vision.anomaly.detector import ANOMALY, AnomalyDetector
from vision.anomaly.inspector import TaughtInspector
from vision.engines.base import Engine
from vision.engines.onnx import OnnxConfig, OnnxEngine
from vision.engines.opening import open_engine
from vision.engines.trying import try_out
from vision.errors import InspectionError
from vision.inspect.inspector import Inspector
from vision.inspect.locate import PartLocator
from vision.inspect.part import PartGeometry, masked
from vision.inspect.rectify import NODE_PX, Rectifier
from vision.inspect.sanity import Bounds
from vision.types import Image


@dataclass(frozen=True, slots=True)
class InspectionSetup:
    """An inspector that is ready, and what it was made of. package: the model's fingerprint."""

    recipe: Recipe
    model: str
    engine: Engine
    complete: Inspector | TaughtInspector
    """Finds everything that the recipe asks for."""
    package: str = ""

    @property
    def pin(self) -> Pin:
        """What nodes must agree on."""
        return Pin.of(self.recipe, self.package)

    @property
    def compares(self) -> bool:
        """Whether a part is compared with its golden sample."""
        whole = self.complete
        known = whole.known if isinstance(whole, TaughtInspector) else whole
        return known is not None and "golden" in known.model.card.input.channels

    @property
    def inspector(self) -> Inspector:
        """The detector's inspector, of a recipe that has nothing else. Raises RecipeError."""
        if isinstance(self.complete, TaughtInspector):
            raise RecipeError(
                f"recipe '{self.recipe.name}' has a taught anomaly model, which this cannot "
                "measure: take `anomaly` out of a copy of the recipe"
            )
        return self.complete


def build_inspector(
    config: Places, name: str, package: Path | None = None, pinned: str = ""
) -> InspectionSetup:
    """An inspector for the recipe `name`. package: another model's folder than its own; pinned:
    fingerprint of the model that it must be. Raises RecipeError, ModelError, VisionError,
    CalibrationError.
    """
    parts = load_inspection_parts(config, name, package, pinned)
    camera = load_calibration(config.calibration).camera.model()
    recipe, canonical = parts.recipe, parts.recipe.canonical_px
    part = geometry(recipe.part)
    looks = recipe.picture
    bounds = None if looks is None else Bounds(**looks.model_dump())
    known: Inspector | None = None
    engine: Engine | None = None
    if parts.model is not None:
        engine = open_engine(config.inspector.engine, config.inspector.options, parts.model)
        floor = min(recipe.review_threshold_of(name) for name in parts.model.card.classes)
        known = Inspector(
            parts.model, engine, parts.goldens, camera, part, canonical, floor, bounds
        )
    if parts.anomaly is None:
        assert engine is not None
        assert known is not None  # a recipe has one or the other
        return InspectionSetup(parts.recipe, parts.identity, engine, known, parts.package)
    own = OnnxEngine(OnnxConfig(), parts.anomaly.onnx)
    taught = AnomalyDetector(parts.anomaly, own)
    floor = recipe.review_threshold_of(ANOMALY)
    complete = TaughtInspector(taught, known, camera, part, canonical, floor, bounds)
    engine = engine or own
    return InspectionSetup(parts.recipe, parts.identity, engine, complete, parts.package)


def warm_up(setup: InspectionSetup) -> None:
    """Look at a picture of nothing, so that the first part does not pay for an engine's first run.
    Raises EngineError.
    """
    width, height = setup.recipe.canonical_px
    noise = np.random.default_rng(0).integers(0, 255, (height, width), dtype=np.uint8)
    whole = setup.complete
    known = whole.known if isinstance(whole, TaughtInspector) else None
    looking = [one for one in (whole, known) if one is not None]
    bounds = [one.bounds for one in looking]
    try:
        for one in looking:
            one.bounds = None  # a picture of nothing must reach the network
        with suppress(InspectionError):  # that it cannot be inspected is known
            whole.inspect_view(noise)
    finally:
        for one, own in zip(looking, bounds, strict=True):
            one.bounds = own


def require_works(config: Places, name: str, package: Path) -> None:
    """Whether the recipe `name` can be inspected by the model in this folder: it is read as the
    inspector reads it, and run on pictures of nothing by the reference engine, whatever engine the
    configuration names. Raises RecipeError, ModelError, VisionError.
    """
    parts = load_inspection_parts(config, name, package)
    assert parts.model is not None  # a package was given
    engine = open_engine("onnxruntime", {}, parts.model)
    try:
        try_out(engine, parts.model)
    finally:
        engine.close()


def require_in_view(config: Places, recipe: Recipe) -> None:
    """Raises RecipeError for a part that the camera cannot see as a whole, CalibrationError."""
    calibration = load_calibration(config.calibration)
    try:
        geometry(recipe.part).require_in_view(
            calibration.camera.model(), calibration.stations.camera_x
        )
    except InspectionError as error:
        raise RecipeError(f"recipe '{recipe.name}': {error}") from None


def view_maker(
    config: Places, part: RecipePart, canonical: tuple[int, int]
) -> Callable[[Image], Image]:
    """From a picture of a part to its canonical view (width, height): camera pictures are
    rectified, others are views already, of which a round part's artwork alone is kept. Raises
    CalibrationError; what it gives raises InspectionError.
    """
    camera, shape = load_calibration(config.calibration).camera.model(), geometry(part)

    def view_of(picture: Image) -> Image:
        height, width = picture.shape
        if (width, height) != (camera.width, camera.height):
            return masked(picture, shape.artwork((width, height)))
        if canonical[0] % NODE_PX or canonical[1] % NODE_PX:
            raise InspectionError(
                f"a view of {canonical[0]} x {canonical[1]} px cannot be cut out of the camera's "
                f"pictures: its sides must be multiples of {NODE_PX} px"
            )
        located = PartLocator(camera, shape).locate(picture)
        return Rectifier(camera, shape, canonical).rectify(picture, located)

    return view_of


def geometry(part: RecipePart) -> PartGeometry:
    """A recipe's part in vision's words."""
    return PartGeometry(part.size_m, part.thickness_m, part.inset_m, part.round)
