"""What a class sets for itself counts in charts and in choosing as in the cell's verdict."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from cell.config.load import load
from cell.lab import page
from cell.lab.applying import apply_thresholds
from cell.lab.charts import Axes
from cell.lab.choosing import Chosen, choose_thresholds
from cell.lab.inspecting import Seen
from cell.lab.measure import Evaluation, Request, evaluate
from cell.products.loading import RECIPES, load_recipe
from vision.lab.evaluation.matching import Found
from vision.lab.evaluation.thresholds import Target
from vision.lab.training.deeppcb import CLASSES

FILE = RECIPES / "pcb" / "recipe.yaml"


def rewrite(config: Path, common: float, every_class: dict[str, Any]) -> None:
    """The recipe with this common review threshold, and the same rule in each class."""
    file = config.parent / "recipes" / "pcb" / "recipe.yaml"
    tree = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    tree["review_threshold"] = common
    for rule in tree["classes"].values():
        rule |= every_class
    file.write_text(yaml.safe_dump(tree), encoding="utf-8")


def chosen(config: Path, pairs: Path) -> Chosen:
    """Thresholds chosen where no good part may be rejected and no escape costs anything."""
    target = Target(escape_cost=0.0, false_reject_cost=1.0)
    request = Request("pcb", pairs)
    return choose_thresholds(load(config), request, target, lambda jobs, _: jobs, rounds=20)


def test_a_class_review_threshold_counts_where_thresholds_are_chosen(
    config: Path, pairs: Path
) -> None:
    seen = []
    for common, rule in ((0.011, {}), (0.9, {"review_threshold": 0.011}), (0.9, {}),
                         (0.011, {"review_threshold": 0.9})):  # fmt: skip
        rewrite(config, common, {"threshold": 0.95} | rule)
        found = chosen(config, pairs)
        seen.append((found.escapes_reviewed, found.good_reviewed))
    low, own_low, high, own_high = seen
    assert low == own_low
    assert high == own_high
    assert sum(low) > sum(high)


def test_what_is_too_small_for_the_recipe_neither_decides_nor_is_missed(
    config: Path, pairs: Path
) -> None:
    least = 1500
    labels = [line.split() for file in pairs.rglob("*.txt") for line in file.open()]
    sizes = [(int(c) - int(a)) * (int(d) - int(b)) for a, b, c, d, _ in labels]
    large = sum(size > least for size in sizes)
    assert 0 < large < len(sizes)
    rewrite(config, 0.1, {"min_area_px": least, "threshold": 0.5})
    assert chosen(config, pairs).now_escapes.total == large
    done = evaluate(load(config), Request("pcb", pairs), lambda jobs, _: jobs)
    rows = done.figures["classes"].values()
    assert sum(row["defects"] for row in rows) == large
    assert sum(row["found"] for row in rows) <= large
    for one in done.seen:
        assert all(defect.area_px < least for defect in one.aside)
        x1, y1, x2, y2 = one.in_view.T
        assert ((x2 - x1) * (y2 - y1) >= least).all()


def test_a_class_review_threshold_gives_way_to_its_threshold(tmp_path: Path) -> None:
    file = tmp_path / "recipe.yaml"
    own = "threshold: 0.9, review_threshold: 0.8  "
    text = FILE.read_text(encoding="utf-8")
    text = re.sub(r"( open: \{bin: scrap).*", rf"\1, {own}}}", text)
    file.write_text(text, encoding="utf-8")
    before = load_recipe(file)
    assert before.review_threshold_of("open") == 0.8
    recipe = apply_thresholds(file, {"open": 0.12})
    assert load_recipe(file) == recipe
    assert recipe.review_threshold_of("open") == recipe.threshold_of("open") == 0.12
    assert recipe.review_threshold == before.review_threshold  # of the other classes


@pytest.mark.parametrize("own", [None, 0.25])
def test_charts_show_where_each_class_is_reviewed(own: float | None) -> None:
    recipe = load_recipe(FILE)
    rules = {
        name: rule.model_copy(update={"threshold": 0.9}) for name, rule in recipe.classes.items()
    }
    rules["short"] = rules["short"].model_copy(update={"review_threshold": own})
    recipe = recipe.model_copy(update={"classes": rules, "review_threshold": 0.5})
    none = Found(
        np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64),
        np.zeros((0, 4), np.float32), np.zeros(0, np.int64),
    )  # fmt: skip
    seen = [
        Seen(str(good), Path("x"), None, good, False, none, none, none.boxes)
        for good in (True, False)
    ]
    done = Evaluation(recipe, CLASSES, seen, {})
    wanted = [own if own and name == "short" else 0.5 for name in CLASSES]
    assert dashed(page._score_charts(done)) == [f"{Axes().x(value):.1f}" for value in wanted]
    parts = dict.fromkeys(("defective", "good", "escapes", "false_rejects"), 0)
    parts |= {"defective_reviewed": 0, "good_reviewed": 0, "good_parts": ""}
    rates = dict.fromkeys(("escape_rate_95", "false_reject_rate_95"), (0.0, 1.0))
    empty = Evaluation(recipe, CLASSES, [], {})
    drawn = page._parts(empty, parts | rates, resize=False)
    assert dashed(drawn) == [f"{Axes().x(own or 0.5):.1f}"]


def dashed(html: str) -> list[str]:
    return re.findall(r'class="limit review" x1="([\d.]+)"', html)
