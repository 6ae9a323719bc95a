"""Discs are drawn by code: the same number gives the same disc, a defect lies in its box."""

from __future__ import annotations

import numpy as np
import pytest

from twin.catalogue import require_product
from twin.discs import DiscLibrary
from twin.product import DISC, ProductError


def test_a_part_is_drawn_again_by_its_name() -> None:
    library = DiscLibrary()
    rng = np.random.default_rng(2)
    good, bad = library.draw(rng, False), library.draw(rng, True)
    assert good.defects == ()
    assert 1 <= len(bad.defects) <= 2
    for part in (good, bad):
        again = DiscLibrary.again(part.picture)
        assert np.array_equal(again.image, part.image)
        assert again.defects == part.defects
        assert part.image.shape == DISC.view_px[::-1]


def test_a_disc_of_other_kinds_says_so_in_its_name() -> None:
    stained = DiscLibrary(("stain", "pit")).part(4, 2)
    assert stained.picture == "000004-2-stain-pit"
    assert np.array_equal(DiscLibrary.again(stained.picture).image, stained.image)


@pytest.mark.parametrize("kinds", [("scratch", "pit"), ("stain",)], ids="-".join)
@pytest.mark.parametrize("number", range(12))
def test_defects_lie_in_their_boxes_on_the_face(number: int, kinds: tuple[str, ...]) -> None:
    library = DiscLibrary(kinds)
    flawed, plain = library.part(number, 2), library.part(number, 0)
    changed = flawed.image != plain.image
    inside = np.zeros_like(changed)
    for name, box in flawed.defects:
        assert name in kinds
        here = (slice(int(box.y_min), int(box.y_max)), slice(int(box.x_min), int(box.x_max)))
        assert changed[here].sum() > 60
        inside[here] = True
    assert not (changed & ~inside).any()
    rows, columns = np.nonzero(changed)
    assert np.hypot(rows - 311.5, columns - 311.5).max() < 312


def test_a_recipe_for_discs_of_another_name_is_fed_them_by_its_size() -> None:
    libraries = {"disc": DiscLibrary()}
    assert require_product(libraries, "washers", [0.08, 0.08], 0.3) == "disc"
    with pytest.raises(ProductError, match="too short"):
        require_product(libraries, "disc", None, 0.085)
