"""What is taught from: different good parts of one size, and what stands out among them is told."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from cell.config import load
from cell.faces.cli.app import app
from cell.lab.goods import read_good
from cell.lab.taught import Bins
from cell.lab.teaching import Lesson, teach_recipe, warnings
from cell.products.loading import RecipeError, load_recipe
from cell.products.recipe import PartGeometry
from cell.products.writing import write_recipe
from models.anomaly import FeaturePackage
from tests.anomaly import textures
from tests.cell.plates import plate, square
from tests.studio.loop import discs
from twin.discs import DiscLibrary
from vision.errors import InspectionError
from vision.inspect.raw import score_at
from vision.lab.teaching.copies import originals
from vision.lab.teaching.teach import Settings
from vision.lab.teaching.threshold import bound, odd_ones
from vision.types import Image

QUICK = Settings(side=96, memory=200, folds=2)
WIDTH, HEIGHT = textures.SIZE


def jpeg(picture: Image, quality: int) -> Image:
    _, content = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(content, cv2.IMREAD_GRAYSCALE), np.uint8)


def even(seed: int) -> Image:
    """A part without any marks: only the camera's noise tells pictures of it apart."""
    noise = np.random.default_rng(seed).normal(128.0, 2.0, (HEIGHT, WIDTH))
    return np.clip(noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    "again",
    [
        lambda p: p.copy(),
        lambda p: jpeg(p, 90),
        lambda p: jpeg(p, 60),
        lambda p: cv2.add(p, 9),
        lambda p: cv2.convertScaleAbs(p, alpha=0.9),
    ],
    ids=["same", "jpeg 90", "jpeg 60", "lighter", "darker"],
)
def test_copies_are_seen(again: object) -> None:
    first, other = textures.good(1), textures.good(2)
    assert originals([other, first, again(first)]) == [0, 1, 1]  # type: ignore[operator]


def test_different_parts_are_no_copies() -> None:
    assert originals([textures.good(seed) for seed in range(12)]) == list(range(12))
    assert originals([even(seed) for seed in range(6)]) == list(range(6))
    assert originals([even(1), even(2), even(1)]) == [0, 1, 0]
    assert originals([np.full((40, 40), 7, np.uint8)] * 3) == [0, 0, 0]


def test_turned_parts_share_their_rings_and_are_no_copies(tmp_path: Path) -> None:
    folder = tmp_path / "recipes" / "disc"
    folder.mkdir(parents=True)
    (folder / "recipe.yaml").write_text(discs.RECIPE)
    config = load(None, {"data_dir": str(tmp_path)})
    seen = discs.views(config, DiscLibrary(), 30, 1, defective=False)
    pictures = [view for _, view, _ in seen]
    copies = [jpeg(one, 60) for one in pictures[:6]]
    assert originals([*pictures, *copies]) == [*range(30), *range(6)]


def lesson(good: Path, recipes: Path, resize: bool = False, **more: object) -> Lesson:
    given = {"part": None, "canonical": None} | more
    return teach_recipe(
        "plate", good, recipes, lambda _: (FeaturePackage.load(), QUICK),
        given["part"], Bins("scrap", "review"),  # type: ignore[arg-type]
        lambda: datetime(2026, 1, 1, tzinfo=UTC), given["canonical"], resize=resize,  # type: ignore[arg-type]
    )  # fmt: skip


def test_copies_are_counted_once_and_told(tmp_path: Path) -> None:
    folder = textures.write_good(tmp_path / "good", 10)
    for number in range(8):
        shutil.copy(folder / "good-00.png", folder / f"z{number}.png")
    taught = lesson(folder, tmp_path / "r")
    assert len(taught.taught.scores) == 10
    assert any("8 copies counted once: z0.png repeats good-00.png" in w for w in warnings(taught))


def test_copies_of_one_picture_teach_nothing(tmp_path: Path) -> None:
    folder = textures.write_good(tmp_path / "good", 2)
    for number in range(28):
        shutil.copy(folder / "good-00.png", folder / f"z{number:02d}.png")
    with pytest.raises(InspectionError, match=r"2 different good pictures are too few.*28 copies"):
        lesson(folder, tmp_path / "r")
    assert not (tmp_path / "r").exists()


def test_pictures_of_several_sizes(tmp_path: Path) -> None:
    folder = textures.write_good(tmp_path / "good", 11)
    for number, cut in ((0, 10), (1, 20)):
        cv2.imwrite(str(folder / f"good-{number:02d}.png"), textures.good(number)[:-cut])
    with pytest.raises(InspectionError) as caught:
        lesson(folder, tmp_path / "r")
    assert "pictures of 3 sizes (9 of 192 x 160 px" in str(caught.value)
    assert "--resize" in str(caught.value)
    taught = lesson(folder, tmp_path / "r", resize=True)
    assert taught.recipe.canonical_px == textures.SIZE
    assert "2 pictures of another size scaled to 192 x 160 px" in warnings(taught)
    with pytest.raises(InspectionError, match="128 x 128 px is wanted"):
        read_good(folder, (128, 128))
    assert read_good(folder, (128, 128), resize=True).size == (128, 128)


REGIONS = {"rim": {"kind": "ignore", "polygon": square(0, 0, 600, 20)}}


def test_regions_stay_on_the_view_that_they_were_drawn_on(tmp_path: Path) -> None:
    write_recipe(plate(regions=REGIONS, model=None, anomaly="anomaly-1"), tmp_path / "plate")
    with pytest.raises(RecipeError, match="regions: lie on 640 x 200 px: leave out --canonical"):
        lesson(tmp_path / "nothing", tmp_path, canonical=(320, 100))


def test_a_written_recipe_is_read_as_it_was(tmp_path: Path) -> None:
    rules = {"spot": {"max_count": 2, "min_width_mm": 0.2, "label": {"ko": "얼룩", "en": "no"}}}
    recipe = plate(rules, regions=REGIONS | {"010": REGIONS["rim"] | {"classes": ["spot"]}})
    write_recipe(recipe, tmp_path / "plate")
    assert load_recipe(tmp_path / "plate") == recipe


def test_what_stands_out_is_told_with_its_score(tmp_path: Path) -> None:
    folder = textures.write_good(tmp_path / "good", 14)
    cv2.imwrite(str(folder / "odd.png"), textures.scratched(40))
    taught = lesson(folder, tmp_path / "r")
    (told,) = (line for line in warnings(taught) if "stands out" in line)
    score = score_at(taught.taught.scores.max(), taught.taught.bound.threshold)
    assert f"odd.png {score:.2f}" in told
    assert score <= 0.5  # as an inspection tells it
    assert "parts like it pass" in told


@pytest.mark.parametrize(
    ("scores", "odd"),
    [
        ([1.0, 0.9, 1.1, 1.0, 0.95, 1.05], []),
        ([1.0, 0.9, 1.1, 1.0, 0.95, 2.0], [5]),
        ([3.0, 0.9, 1.1, 1.0, 0.95, 2.0, 1.0, 1.0], [0, 5]),
        ([1.0] * 9 + [1.2], []),  # nearly one score: hardly above is nothing
        ([0.0] * 5, []),
    ],
)
def test_what_stands_out(scores: list[float], odd: list[int]) -> None:
    assert odd_ones(np.asarray(scores, np.float32)) == odd


def test_the_promise_says_what_was_not_measured() -> None:
    words = bound(np.linspace(0.5, 1.0, 19).astype(np.float32)).in_words()
    assert "95.0% are expected below" in words
    assert "about 1 in 20 is rejected" in words
    assert "defects are found was not measured" in words


def test_all_unusable_pictures_are_counted_before_anything_is_written(tmp_path: Path) -> None:
    folder = textures.write_good(tmp_path / "good", 12)
    for name in ("a.png", "b.png"):
        (folder / name).write_bytes(b"\x89PNG no picture")
    with pytest.raises(InspectionError, match=r"a\.png.*1 more pictures cannot be used"):
        lesson(folder, tmp_path / "r")
    assert not (tmp_path / "r").exists()


def test_what_lies_beside_the_pictures_is_told(tmp_path: Path) -> None:
    folder = textures.write_good(tmp_path / "good", 10)
    (folder / "more").mkdir()
    (folder / "notes.txt").write_text("x")
    assert read_good(folder, None).in_words() == ["2 entries that are no pictures: more, notes.txt"]


def test_a_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = textures.write_good(tmp_path / "good", 10)

    def full(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("vision.lab.teaching.package.seal", full)
    with pytest.raises(KeyboardInterrupt):
        lesson(folder, tmp_path / "r")
    assert not list((tmp_path / "r").iterdir())


def test_a_recipe_keeps_its_measures(tmp_path: Path) -> None:
    folder, recipes = textures.write_good(tmp_path / "good", 10), tmp_path / "r"
    own = PartGeometry(size_m=(0.05, 0.04), thickness_m=0.003, inset_m=0.0)
    lesson(folder, recipes, part=own)
    other = PartGeometry(size_m=(0.06, 0.04), thickness_m=0.003, inset_m=0.0)
    with pytest.raises(RecipeError, match="has measures of the part of its own"):
        lesson(folder, recipes, part=other)
    assert lesson(folder, recipes).recipe.part == own
    assert load_recipe(recipes / "plate").version == "taught-2"


@pytest.mark.parametrize("name", ["", ".", "..", "-x", "a/b", "a b", "긁힘", "a" * 101, "a\n"])
def test_odd_names_are_refused(tmp_path: Path, name: str) -> None:
    result = CliRunner().invoke(
        app, ["teach", f"--recipe={name}", "--good", str(tmp_path), "--recipes", str(tmp_path)]
    )
    assert result.exit_code != 0
    assert "is no recipe name" in str(result.exception)
    assert "\n" not in str(result.exception)


@pytest.mark.parametrize(
    ("option", "value"),
    [("--thickness-mm", "nan"), ("--thickness-mm", "inf"), ("--rim-mm", "-1"),
     ("--rim-mm", "50"), ("--size-mm", "0x5"), ("--size-mm", "5"), ("--canonical", "9x9x9")],
)  # fmt: skip
def test_measures_that_make_no_sense_are_refused(tmp_path: Path, option: str, value: str) -> None:
    folder = textures.write_good(tmp_path / "good", 1)
    result = CliRunner().invoke(
        app, ["teach", "--recipe=x", "--good", str(folder), "--recipes", str(tmp_path / "r"),
              f"{option}={value}"],
    )  # fmt: skip
    assert result.exit_code != 0
    assert result.exception is not None
    assert not (tmp_path / "r").exists()
    assert "\n" not in str(result.exception)
