"""The shipped carriers, rendered by the twin's camera and judged by the recipe as at work."""

from __future__ import annotations

import bench
import numpy as np
import pytest

from cell.config import load
from cell.products.inspector import InspectionSetup, build_inspector
from cell.products.rules import judge
from cell.products.verdict import VerdictKind
from twin.carriers import CarrierLibrary
from twin.product import BALL_SCREW_CARRIER
from vision.types import Box

CARRIERS = CarrierLibrary(BALL_SCREW_CARRIER, bench.ROOT / "twin/carriers/ball_screw")
POSES = [bench.place(-0.995, 0.006, -13.0), bench.place(-1.005, -0.008, 14.0)]


@pytest.fixture(scope="module")
def setup() -> InspectionSetup:
    return build_inspector(load(None), "ball_screw_carrier")


def overlap(one: Box, other: Box) -> float:
    """Intersection over union."""
    width = min(one.x_max, other.x_max) - max(one.x_min, other.x_min)
    height = min(one.y_max, other.y_max) - max(one.y_min, other.y_min)
    both = max(0.0, width) * max(0.0, height)
    areas = [(b.x_max - b.x_min) * (b.y_max - b.y_min) for b in (one, other)]
    return both / (sum(areas) - both)


def test_recipe_and_product_have_the_same_measures(setup: InspectionSetup) -> None:
    recipe, product = setup.recipe, BALL_SCREW_CARRIER
    assert recipe.name == product.name
    assert recipe.part.size_m == product.size_m
    assert recipe.part.thickness_m == product.thickness_m
    assert recipe.part.inset_m == product.rim_m
    assert recipe.part.mass_kg == product.mass_kg
    assert recipe.canonical_px == product.view_px


def test_ten_are_good_and_ten_defective() -> None:
    assert (len(CARRIERS.good), len(CARRIERS.defective)) == (10, 10)


@pytest.mark.parametrize("name", sorted(CARRIERS.defects))
def test_every_carrier_is_judged_right_by_a_wide_margin(setup: InspectionSetup, name: str) -> None:
    part = CARRIERS.part(name)
    for number, pose in enumerate(POSES):
        image = bench.shoot((part, pose), number=number)
        inspection, view = setup.inspector.inspect_frame(image)
        assert view.shape == (256, 640)
        # The view is the picture, to a fraction of a pixel and with its greys.
        assert np.abs(view.astype(float) - part.image)[8:-8, 8:-8].mean() < 12.0
        assert inspection.pose is not None
        assert abs(inspection.pose.x - pose.x) < 2e-4
        verdict = judge(setup.recipe, inspection.detections)
        assert verdict.kind is (VerdictKind.PASS if part.good else VerdictKind.REJECT), name
        for class_name, box in part.defects:
            found = [d for d in inspection.detections if overlap(d.box, box) > 0.4]
            assert class_name in {d.class_name for d in found}
            assert max(d.score for d in found) > setup.recipe.threshold_of(class_name) + 0.1
        assert all(d.score < 0.35 for d in inspection.detections if part.good)
