"""What a taught model promises of good parts that it has not seen, and how places count."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cell.lab.doubted import doubtful_score, review_from
from cell.lab.goods import read_good
from cell.products.recipe import Recipe
from models.anomaly import AnomalyCard
from tests.anomaly import textures
from tests.cell.plates import plate
from vision.anomaly.detector import ANOMALY
from vision.lab.data.types import DataError
from vision.lab.teaching.places import Places, without_own
from vision.lab.teaching.scales import folds_of
from vision.lab.teaching.threshold import Bound, bound


def restless(seed: int, pictures: int) -> np.ndarray:
    """Heat maps (n, 8, 8) of good parts whose upper half is hotter and varies more."""
    maps = np.random.default_rng(seed).normal(1.0, 0.1, (pictures, 8, 8)).astype(np.float32)
    maps[:, :4] = 1.0 + 10.0 * (maps[:, :4] - 0.9)
    return np.maximum(maps, 0.0)


def test_a_calm_place_tells_what_a_restless_one_hides() -> None:
    good, part = restless(1, 40), restless(2, 1)[0]
    part[6, 3] = 3.0  # the other half shows more than that all the time
    parts = np.arange(40)
    told = without_own(good, parts)
    assert part[6, 3] < bound(good.max(axis=(1, 2))).doubt
    seen = Places.of(good, 40).told(part)
    assert np.unravel_index(seen.argmax(), seen.shape) == (6, 3)
    assert seen.max() > bound(told.max(axis=(1, 2))).threshold


def test_places_that_few_parts_have_shown_are_taken_as_all_are() -> None:
    maps = np.abs(np.random.default_rng(2).normal(1.0, 0.2, (30, 8, 8))).astype(np.float32)
    maps[:, 2:5, 2:5] += 3.0
    few, many = Places.of(maps[:2], 2), Places.of(maps, 30)
    assert np.ptp(few.mean) < np.ptp(many.mean)
    assert many.mean[3, 3] > 2.0 * many.mean[7, 7]
    assert (Places.of(np.ones((5, 8, 8), np.float32), 5).spread > 0.0).all()


def test_no_part_is_told_by_its_own_maps() -> None:
    maps = np.ones((4, 5, 5), np.float32)
    maps[0] = 100.0
    maps[1] = 100.0
    assert without_own(maps, np.array([0, 0, 1, 2]))[:2].min() > 100.0


def test_pictures_of_one_part_are_in_one_fold() -> None:
    parts = np.repeat(np.arange(9), 4)
    folds = folds_of(parts, 5, 3)
    assert set(folds) == set(range(5))
    assert all(len(set(folds[parts == part])) == 1 for part in range(9))
    assert len(set(folds_of(np.array([0, 0, 1]), 5, 3))) == 2


def test_a_promise_counts_parts_and_not_pictures() -> None:
    scores = np.linspace(0.1, 1.0, 60).astype(np.float32)
    parts = np.repeat(np.arange(12), 5)
    limit, taken = bound(scores, parts=parts), bound(scores)
    assert (limit.parts, limit.pictures, taken.parts) == (12, 60, 60)
    assert limit.coverage == pytest.approx(12 / 13)
    assert limit.assured < taken.assured
    assert "12 parts (60 pictures)" in limit.in_words()
    assert "every picture is taken for another part" in taken.in_words()
    assert limit.enough == 45


def test_as_many_as_promised_go_to_review() -> None:
    rng = np.random.default_rng(5)
    review, reject = [], []
    for _ in range(300):
        # All nearly alike, as hottest places of good parts are: the lowest is 80 % of the highest.
        limit = bound(rng.uniform(0.8, 1.0, 40).astype(np.float32))
        further = rng.uniform(0.8, 1.0, 200)
        score = further / (further + limit.threshold)
        begins = doubtful_score(limit.doubt, limit.threshold)
        reject.append(float((score >= 0.5).mean()))
        review.append(float(((score >= begins) & (score < 0.5)).mean()))
    assert np.mean(reject) == pytest.approx(0.05, abs=0.01)
    assert np.mean(review) == pytest.approx(0.05, abs=0.015)


LIMIT = Bound(1.0, 0.95, 0.9, 0.9, 20, 20, 0.9, 0.9)
OLD_ALONE = plate(
    classes={ANOMALY: {"bin": "scrap"}}, priority=[ANOMALY], model=None, anomaly="anomaly-1",
    threshold=0.5, review_threshold=0.45,
)  # fmt: skip


def with_class(recipe: Recipe, **rule: float) -> Recipe:
    own = recipe.classes[ANOMALY].model_copy(update=rule)
    return recipe.model_copy(update={"classes": recipe.classes | {ANOMALY: own}})


@pytest.mark.parametrize(
    ("before", "review"),
    [
        (None, 0.474),
        (OLD_ALONE, 0.474),  # as teaching gave it before
        (OLD_ALONE.model_copy(update={"review_threshold": 0.3}), None),  # a person's
        (with_class(OLD_ALONE, review_threshold=0.4), None),
        (OLD_ALONE.model_copy(update={"threshold": 0.46}), 0.46),
    ],
    ids=["new", "old", "chosen", "chosen for the class", "lower threshold"],
)
def test_what_people_have_chosen_stays(
    before: Recipe | None, review: float | None, tmp_path: Path
) -> None:
    assert review_from(LIMIT, before, tmp_path) == review


def test_cards_of_before_say_nothing_of_doubt() -> None:
    assert AnomalyCard.model_fields["doubt"].default is None


def test_which_pictures_show_one_part(tmp_path: Path) -> None:
    folder = textures.write_good(tmp_path / "good", 4)
    assert read_good(folder, None).parts is None
    named = read_good(folder, None, group_by=r"good-0[01]|good-0(\d)").parts
    assert named == ("good-00", "good-01", "2", "3")
    (folder / "groups.csv").write_text("file,group\ngood-00.png,a\ngood-01.png,a\ngood-02.png,b\n")
    seen = read_good(folder, None)
    assert seen.parts == ("a", "a", "b", str(folder / "good-03.png"))
    assert seen.left_out == ()
    for group_by, words in (("x+", "finds nothing in any name"), ("(", "regular expression")):
        with pytest.raises(DataError, match=words):
            read_good(folder, None, group_by=group_by)
    (folder / "groups.csv").write_text("file,group\nother.png,a\n")
    with pytest.raises(DataError, match="none of its files is a picture here"):
        read_good(folder, None)
