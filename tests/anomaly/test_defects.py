"""A few labelled defects: what looks like them is found, and figures are what they say."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from cell.faces.cli.app import app
from cell.faces.cli.errors import UsageError
from cell.faces.cli.labelled_defects import labelled_defects
from cell.labels.errors import SetError
from models.anomaly import AnomalyPackage, FeaturePackage
from tests.anomaly import textures
from tests.training.label_sets import config_of, frozen, plates
from vision.anomaly.input import as_input
from vision.engines.onnx import OnnxConfig, OnnxEngine
from vision.lab.data.types import DataError
from vision.lab.teaching.deal import Plan, deal
from vision.lab.teaching.defects import Marked, learn_defects
from vision.lab.teaching.figures import Judged, aurocs, draws, gained, interval, shares
from vision.lab.teaching.graph import patch_graph
from vision.lab.teaching.items import Item
from vision.lab.teaching.teach import PatchReader, Settings, teach

GRID = (6, 6)
FOLDS = np.arange(12) % 3


def patches(seed: int, pictures: int) -> np.ndarray:
    """(pictures, looks, scales, places, c) of good parts; the first feature tells nothing."""
    rng = np.random.default_rng(seed)
    good = rng.normal(0.0, 1.0, (pictures, 1, 2, 36, 5)).astype(np.float32)
    good[..., 0] *= 20.0
    return good


def with_defect(seed: int, at: int, feature: int) -> Marked:
    part = patches(seed, 1)[0, 0]
    part[:, at, feature] += 8.0
    inside = np.zeros(36, bool)
    inside[at] = True
    return Marked(part, np.abs(part).max(axis=(0, 2)).reshape(GRID), inside.reshape(GRID))


def test_defects_that_look_unlike_each_other_are_both_found() -> None:
    marked = [with_defect(50, 7, 1), with_defect(51, 20, 2)]
    learned, held_out = learn_defects(patches(1, 12), marked, GRID, None, FOLDS)
    assert held_out.shape == (12, *GRID)
    usual = held_out.max(axis=(1, 2)).max()
    for feature, at in ((1, 26), (2, 9)):
        heat = learned.heat(with_defect(60 + feature, at, feature).patches, GRID)
        assert heat.max() > usual
        assert np.hypot(*(np.array(np.unravel_index(heat.argmax(), GRID)) - divmod(at, 6))) <= 1
    unlike = learned.heat(with_defect(70, 14, 4).patches, GRID)  # nobody has labelled such a one
    assert unlike.max() < heat.max()


def boxed(name: str, kind: str, folder: Path) -> Item:
    seed = 200 + len(list(folder.iterdir()))
    picture = textures.scratched(seed, (70, 60)) if kind else textures.good(seed)
    file = folder / f"{name}.png"
    cv2.imwrite(str(file), picture)
    box = np.array([[50 / 192, 49 / 160, 90 / 192, 73 / 160]], np.float32)
    return Item(name, name, kind, file, box if kind else box[:0])


def test_the_network_holds_what_was_learned(tmp_path: Path) -> None:
    settings = Settings(side=96, memory=150, folds=2)
    labelled = [boxed(name, "scratch", tmp_path) for name in ("a", "b")]
    pictures = [textures.good(seed) for seed in range(10)]
    features = FeaturePackage.load()
    lesson = teach(pictures, features, settings, labelled=labelled)
    assert (lesson.labelled, lesson.labelled_parts) == (2, 2)
    assert lesson.defects is not None
    size = (lesson.input_shape[3], lesson.input_shape[2])
    graph, grid = patch_graph(features, settings.taps, size, False, settings.pools)
    seen = PatchReader(graph, size).read(textures.scratched(9))
    expected = lesson.known.heat(seen, grid) + lesson.defects.heat(seen, grid)
    (tmp_path / "m.onnx").write_bytes(lesson.model.SerializeToString())
    found = OnnxEngine(OnnxConfig(), tmp_path / "m.onnx").run(as_input(textures.scratched(9), size))
    np.testing.assert_allclose(found[0, 0], expected, rtol=2e-3, atol=5e-3)


def test_the_command_learns_from_a_labelled_folder(tmp_path: Path) -> None:
    good = textures.write_good(tmp_path / "good", 10)
    labelled = tmp_path / "marked"
    (labelled / "images").mkdir(parents=True)
    (labelled / "labels").mkdir()
    (labelled / "data.yaml").write_text("names: [scratch]\ntrain: images\n")
    for seed in (300, 301):
        cv2.imwrite(str(labelled / "images" / f"{seed}.png"), textures.scratched(seed))
        (labelled / "labels" / f"{seed}.txt").write_text("0 0.5 0.5 0.2 0.15\n")
    words = ["teach", "--recipe", "plate", "--good", str(good), "--recipes", str(tmp_path / "r"),
             "--side", "96", "--defects", str(labelled)]  # fmt: skip
    done = CliRunner().invoke(app, words)
    assert done.exception is None, done.exception
    assert "from 2 pictures of 2 parts with marked defects" in done.output
    card = AnomalyPackage.load(tmp_path / "r" / "plate" / "anomaly-1").card
    assert (card.data or {})["labelled_defective_pictures"] == 2
    for seed in (300, 301):
        (labelled / "labels" / f"{seed}.txt").write_text("")
    assert "no picture of this recipe has a marked defect" in str(
        CliRunner().invoke(app, words).exception
    )


def test_a_label_set_is_learned_from_but_for_what_is_locked(tmp_path: Path) -> None:
    config = config_of(tmp_path)
    wanted = plates(4, 20, recipe="plate@1") + plates(0, 3, "dent", recipe="gear@1")
    with closing(frozen(tmp_path, wanted)) as book:
        locked = {m.labelled.picture.name for m in book.members("week-1") if m.split == "test"}
    found = labelled_defects(config, "plate", None, "week-1")
    assert locked
    assert 0 < len(found) < 20
    assert {item.kind for item in found} == {"scratch"}
    assert not {item.name for item in found} & locked
    assert len({item.part for item in found}) == len(found)
    assert found[0].marked((8, 8)).any()
    for recipe, name, error in (("lamp", "week-1", UsageError), ("plate", "week-2", SetError)):
        with pytest.raises(error):
            labelled_defects(config, recipe, None, name)
    with pytest.raises(UsageError, match="there are no labels here"):
        labelled_defects(config_of(tmp_path / "other"), "plate", None, "week-1")


def parts_of(good: int, bad: int, views: int = 2) -> list[Item]:
    kinds = [("", f"g{k}") for k in range(good)] + [("ab"[k % 2], f"b{k}") for k in range(bad)]
    return [Item(f"{part}-{v}", part, kind, Path(part)) for kind, part in kinds
            for v in range(views)]  # fmt: skip


def test_no_part_is_on_two_sides() -> None:
    items = parts_of(20, 12)
    dealt = deal(items, Plan(good=12, labelled=(3, 10), per_part=1), 0)
    sides = [{items[k].part for k in side} for side in (dealt.taught, dealt.labelled, dealt.tested)]
    assert [len(side) for side in sides] == [12, 6, 8 + 6]
    assert len(set.union(*sides)) == sum(map(len, sides))
    assert len({items[k].part for k in dealt.labelled[:6]}) == 6  # other parts before other views
    assert {items[k].kind for k in dealt.labelled} == {"a", "b"}
    assert dealt != deal(items, Plan(good=12, labelled=(3, 10), per_part=1), 1)


def test_parts_that_all_have_defects_are_halved() -> None:
    items = parts_of(0, 30) + [Item(f"b{k}-good", f"b{k}", "", Path("x")) for k in range(30)]
    dealt = deal(items, Plan(good=12, labelled=(3,)), 0)
    taught, labelled, tested = (
        {items[k].part for k in side} for side in (dealt.taught, dealt.labelled, dealt.tested)
    )
    assert len(taught) == 12
    assert not (taught | labelled) & tested
    with pytest.raises(DataError, match="at least 10, 1, 3 and 3 are needed"):
        deal(parts_of(12, 2), Plan(good=12), 0)


def test_intervals_are_of_parts() -> None:
    scores = np.repeat(np.array([1.0, 2.0, 3.0, 4.0, 2.5, 3.5, 4.5, 5.5], np.float32), 3)
    bad = np.repeat(np.arange(8) >= 4, 3)
    parts = tuple(np.repeat([f"p{k}" for k in range(8)], 3))
    one = Judged(scores, bad, parts, 4.2, 3.2)
    drawn = draws([one])
    found = interval(aurocs([one], drawn))
    assert found.value == pytest.approx(13 / 16)
    assert found.low < 0.7  # of 24 parts it would be narrower
    assert found.high == 1.0
    better = Judged(scores + 1.0 * bad, bad, parts)
    gain = gained(aurocs([better], drawn), aurocs([one], drawn))
    assert gain.low >= 0.0
    alone = Judged(scores, bad, tuple(np.tile([f"p{k}" for k in range(4)], 6)))  # each has both
    assert interval(aurocs([alone], draws([alone]))).low > 0.5
    assert interval(shares([one], drawn, True, "rejected")).value == 0.5
    assert interval(shares([one], drawn, False, "review")).value == 0.25
    assert interval(shares([one], drawn, True, "passed")).value == 0.25
