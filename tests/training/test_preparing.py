"""What a label set gives to train on, and which sets are refused before anything starts."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from cell.labels.errors import SetError
from cell.labels.values import Split
from cell.promotion.trying import try_locked
from cell.promotion.tuning import measure
from cell.texts import render
from cell.training import preparing
from cell.training.errors import TrainingError
from cell.training.preparing import foreign_classes, prepare
from cell.training.values import Wish
from tests.training.label_sets import Plate, config_of, frozen, plates

SHIPPED = Path(__file__).parents[2] / "models" / "ball_screw"
NEW = Wish("week-1", "plate", side=96)
SCREW = Wish("week-1", "ball_screw", {}, side=96)
SCREW_VIEW = {"size": (640, 256)}


@pytest.mark.parametrize(
    ("wanted", "wish", "why"),
    [
        pytest.param(plates(9, 0), NEW, "shows no defect", id="only good ones"),
        pytest.param(plates(0, 9), NEW, "shows no good part", id="only defective ones"),
        pytest.param(plates(20, 1), NEW, "defective parts to learn from", id="too few defects"),
        pytest.param(
            plates(5, 9, recipe="tile@1.0.0"), NEW, "no picture for plate", id="another product"
        ),
        pytest.param(
            plates(5, 9, recipe="ball_screw@1.0.0"), SCREW, "no picture for ball_screw",
            id="whole frames",
        ),
        pytest.param(
            plates(5, 9, "dent", **SCREW_VIEW), SCREW, "does not know: dent", id="class renamed"
        ),
    ],
)  # fmt: skip
def test_a_set_that_teaches_nothing_is_refused(
    tmp_path: Path, wanted: list[Plate], wish: Wish, why: str
) -> None:
    with closing(frozen(tmp_path, wanted)) as book, pytest.raises(TrainingError) as told:
        prepare(book, config_of(tmp_path), wish)
    words = render(str(told.value))
    assert why in words
    assert "\n" not in words


def test_a_set_that_is_not_there(tmp_path: Path) -> None:
    with closing(frozen(tmp_path, plates(5, 9))) as book, pytest.raises(SetError):
        prepare(book, config_of(tmp_path), Wish("week-2", "plate"))


def test_a_class_can_be_called_what_the_recipe_calls_it(tmp_path: Path) -> None:
    config, wanted = config_of(tmp_path), plates(8, 12, "dent", **SCREW_VIEW)
    with closing(frozen(tmp_path, wanted)) as book:
        assert foreign_classes(book, config, "week-1", "ball_screw") == ["dent"]
        known = preparing.detected(preparing._recipe(config, "ball_screw"))  # type: ignore[arg-type]
        ready = prepare(book, config, Wish("week-1", "ball_screw", {"dent": known[0]}))
    assert ready.classes == known
    assert ready.size == (640, 256)
    assert not ready.unseen or set(ready.unseen) < set(known)


@pytest.mark.parametrize("count", [(12, 18), (6, 8)])
def test_no_part_is_in_two_kinds_and_the_test_stays_apart(
    tmp_path: Path, count: tuple[int, int]
) -> None:
    with closing(frozen(tmp_path, plates(*count))) as book:
        ready = prepare(book, config_of(tmp_path), NEW)
        tested = {
            one.labelled.picture.group for one in book.members("week-1") if one.split is Split.TEST
        }
    kinds = [{one.group for one in some} for some in (ready.train, ready.selection, ready.report)]
    assert sum(map(len, kinds)) == sum(count) == len(set.union(*kinds))
    assert kinds[2] == tested
    assert any(not one.good for one in ready.selection)
    assert any(not one.good for one in ready.train)


def test_pictures_of_other_products_and_whole_frames_stay_out(tmp_path: Path) -> None:
    others = [Plate("scratch", "tile@1.0.0")] * 3 + [Plate("Pitting", size=(160, 96))] * 2
    with closing(frozen(tmp_path, plates(8, 12) + others)) as book:
        ready = prepare(book, config_of(tmp_path), NEW)
    assert ready.left_out == 3, "a product without a recipe has no view to compare with"
    with closing(frozen(tmp_path / "b", plates(8, 12, "Pitting", **SCREW_VIEW) + others)) as book:
        ready = prepare(book, config_of(tmp_path / "b"), SCREW)
    assert ready.left_out == 5


@pytest.mark.parametrize(
    ("what", "words"),
    [("gone", "is missing"), ("another", "not the picture"), ("folder", "cannot be read")],
)
def test_a_picture_that_is_not_what_was_labelled_is_told_by_name(
    tmp_path: Path, what: str, words: str
) -> None:
    with closing(frozen(tmp_path, plates(8, 12))) as book:
        ready = prepare(book, config_of(tmp_path), NEW)
    preparing.pictures_there(ready)
    first, other = (Path(one.image) for one in ready.train[:2])
    first.unlink()
    if what == "another":
        first.write_bytes(other.read_bytes())
    elif what == "folder":
        first.mkdir()
    with pytest.raises(SetError) as told:
        preparing.pictures_there(ready)
    line = render(str(told.value))
    assert line.startswith(str(first))
    assert words in line
    assert "\n" not in line


@pytest.mark.parametrize("look", ["gate", "thresholds"])
def test_nothing_is_measured_on_another_picture(tmp_path: Path, look: str) -> None:
    config = config_of(tmp_path)
    with closing(frozen(tmp_path, plates(12, 18, "Pitting", **SCREW_VIEW))) as book:
        members = list(book.members("week-1"))
    first = next(one.file for one in members if one.split is Split.TEST)
    other = next(one.file for one in members if one.file != first)
    first.unlink()
    first.write_bytes(other.read_bytes())
    both, named = (SHIPPED, SHIPPED), "ball_screw"

    def measured() -> None:
        if look == "gate":
            try_locked(config, named, both, members, "week-1", lambda items, _: items)
        else:
            measure(config, named, members, lambda items, _: items)

    with pytest.raises(SetError) as told:
        measured()
    assert str(first) in render(str(told.value))
