"""The catalogues hold each code that is used, in every language with the same values, no more."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from cell.client.following import UNDER_WAY
from cell.config.hmi import HmiConfig
from cell.config.processes import TABLE
from cell.control.alarms import CATALOGUE, ShelfEnd
from cell.control.changeover import Step
from cell.control.ledger.observations import COMMANDS
from cell.faces.api.problems import TITLES
from cell.faces.hmi.components import bin_view, shelve_dialog, shift_figures, shift_view
from cell.faces.hmi.components.cell_model import VERDICT_COLORS
from cell.faces.hmi.components.counts import ENTRIES
from cell.faces.hmi.components.override import WHY
from cell.faces.hmi.components.recipe_form import REASONS
from cell.faces.hmi.components.shapes import PRIORITIES, STATES
from cell.faces.hmi.components.verdict import name
from cell.faces.studio.frame import PLACES
from cell.faces.studio.keys import GROUPS
from cell.faces.studio.threshold_curve import WORDS as CURVE_WORDS
from cell.faces.studio.thresholds_page import COSTS
from cell.faces.web.sign_in.routes import NOTICES
from cell.labels.label import Judgement
from cell.labels.reasons import Why
from cell.labels.values import Origin, Purpose, State
from cell.people.roles import Permission, Role
from cell.promotion.canary import Why as Left
from cell.promotion.gate import Outcome, What
from cell.promotion.states import State as ModelState
from cell.promotion.states import Way
from cell.quality.gauge import Grade
from cell.quality.report.gauge_report import ABOUT, METHOD, WORDS
from cell.texts import catalogue, languages
from cell.training.values import State as JobState
from robot.base import RobotMode
from robot.motion.pick import Phase
from vision.lab.data.reading import Unlabelled

ROOT = Path(__file__).parents[2]
ROOMS = ("cell", "models", "robot", "vision")
SAYING = ("say", "tr", "RefusalError", "told")

COMPOSED = {
    "view.{}": ("line", "shift", "alarms", "bins"),
    "shift.{}": (*shift_figures.ENTRIES, *shift_view.FACTORS),
    "shelve.why.{}": shelve_dialog.REASONS,
    "stop.{}": (
        "off",
        "wait",
        "retry",
        "stopped",
        "starting",
        "stopping",
        "faulted",
        "purge_required",
    ),
    "alarm.event.{}": ("raised", "returned", "acknowledged", "shelved", "unshelved"),
    "bins.state.{}": bin_view.SIGNS,
    "bins.ask_{}": ("in", "out"),
    "bins.ask_{}.look": ("in", "out"),
    "alarm.{}": CATALOGUE,
    "api.title.{}": TITLES,
    "alarm.priority.{}": PRIORITIES,
    "gate.proven.{}": What,
    "gate.open.{}": What,
    "gate.refuted.{}": [what for what in What if what is not What.LINE],
    "gate.outcome.{}": [outcome.replace(" ", "_") for outcome in Outcome],
    "model.state.{}": ModelState,
    "model.way.{}": Way,
    "bin.{}": ("rework", "scrap", "review"),  # as recipes usually name them
    "change.{}": [step for step in Step if step is not Step.NONE],
    "command.{}": COMMANDS,
    "count.{}": ENTRIES,
    "hint.{}": COMMANDS,
    "link.{}": ("never.detail", "silent.detail"),
    "mode.{}": [mode for mode in RobotMode if mode is not RobotMode.OPERATIONAL],
    "override.{}": WHY,
    "permission.{}": Permission,
    "phase.{}": Phase,
    "process.{}": {"launcher", *HmiConfig().processes, *(process.name for process in TABLE)},
    "quality.grade.{}": Grade,
    "quality.report.{}": WORDS,
    "quality.report.about.{}": ABOUT,
    "quality.report.method.{}": METHOD,
    "quality.truth.{}": ("good", "defective"),
    "recipe.step.{}": UNDER_WAY,
    "recipe.why.{}": REASONS,
    "robot.{}": RobotMode,
    "state.{}": STATES,
    "studio.{}": PLACES,
    "studio.agreement.{}": (
        "who",
        "pictures",
        "same",
        "kappa",
        "f1",
        "iou",
        "class",
        "matched",
        "only_one",
    ),
    "studio.because.{}": Why,
    "studio.do.{}": [action for group in GROUPS.values() for action in group],
    "studio.import.{}": Unlabelled,
    "studio.judgement.{}": Judgement,
    "studio.keys.{}": GROUPS,
    "studio.open.{}": State,
    "studio.origin.{}": Origin,
    "studio.purpose.{}": Purpose,
    "studio.reason.{}": Why,
    "studio.curve.{}": CURVE_WORDS,
    "studio.models.{}": [
        f"{order}{end}"
        for order in ("promote", "override", "refuse", "back", "shadow", "unshadow")
        for end in ("", "_means")
    ],
    "studio.thresholds.{}": [
        *COSTS,
        *(f"{order}{end}" for order in ("apply", "override", "back") for end in ("", "_means")),
    ],
    "studio.sets.{}": ("added", "changed", "removed"),
    "studio.state.{}": State,
    "shelf.end.{}": ShelfEnd,
    "signin.why.{}": NOTICES,
    "training.state.{}": JobState,
    "trial.left.{}": Left,
    "who.role.{}": Role,
    "verdict.{}": [name(verdict) for verdict in VERDICT_COLORS],
}
"""Codes that are put together, each with the names that it is put together of."""
SAME_EVERYWHERE = {
    "alarm.detail", "exchange.fault", "file.at", "file.good.judgement", "override.order",
    "picture.caption", "quality.report.by_at", "verdict.defect",
}  # fmt: skip
"""Codes without a word in their text."""


class Said(NamedTuple):
    """A text that the code says. `values`: its values' names, None where they are not told."""

    code: str
    values: frozenset[str] | None
    where: str


@cache
def trees() -> list[tuple[str, ast.Module]]:
    files = [file for room in ROOMS for file in sorted((ROOT / room).rglob("*.py"))]
    return [
        (str(file.relative_to(ROOT)), ast.parse(file.read_text(encoding="utf-8"))) for file in files
    ]


def said() -> Iterator[Said]:
    for where, tree in trees():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
                continue
            first = node.args[0]
            if node.func.id in SAYING and isinstance(first, ast.Constant):
                told = [keyword.arg for keyword in node.keywords]
                values = None if None in told else frozenset(str(one) for one in told)
                if re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", str(first.value)):
                    yield Said(str(first.value), values, f"{where}:{node.lineno}")


def composed() -> set[str]:
    return {pattern.format(one) for pattern, names in COMPOSED.items() for one in names}


def values_of(text: str) -> frozenset[str]:
    """Names of the values that a text needs; words that texts share are none."""
    named = {name for _, name, _, _ in string.Formatter().parse(text) if name}
    return frozenset(name for name in named if f"term.{name}" not in catalogue("en"))


def own(lang: str) -> dict[str, str]:
    """What stands in a language's own file, without the English for what is missing."""
    from babel.messages.pofile import read_po

    with (ROOT / "cell/texts" / f"{lang}.po").open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, locale=lang) if m.id}


def test_every_code_that_is_said_is_there_and_gets_its_values() -> None:
    found = list(said())
    assert {"cell", "vision"} <= {one.where.partition("/")[0] for one in found}
    texts = catalogue("en")
    missing = [one for one in found if one.code not in texts]
    assert not missing
    wrong = [
        one for one in found if one.values is not None and one.values != values_of(texts[one.code])
    ]
    assert not wrong


def test_every_code_that_is_put_together_is_there() -> None:
    # Not every process, mode and alarm of the page's own words is a device's: those may be missing.
    assert not composed() - catalogue("en").keys()


def test_no_text_is_unused() -> None:
    words = {
        node.value
        for _, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    words |= {
        code
        for file in (ROOT / "cell").rglob("*.html")
        for code in re.findall(r'say\("([a-z_.]+)"', file.read_text(encoding="utf-8"))
    }
    terms = {
        f"term.{name}"
        for text in catalogue("en").values()
        for _, name, _, _ in string.Formatter().parse(text)
        if name
    }
    assert not catalogue("en").keys() - words - composed() - terms


@pytest.mark.parametrize("lang", languages())
def test_each_language_says_everything_with_the_same_values(lang: str) -> None:
    texts, english = own(lang), own("en")
    assert texts.keys() == english.keys()
    odd = [code for code, text in texts.items() if values_of(text) != values_of(english[code])]
    assert not odd
    assert all(texts.values())


def test_korean_is_korean_and_english_is_english() -> None:
    hangul = {code for code, text in own("ko").items() if re.search("[가-힣]", text)}
    assert own("ko").keys() - hangul == SAME_EVERYWHERE
    assert not [code for code, text in own("en").items() if re.search("[가-힣]", text)]


def test_sentences_that_stand_in_the_code_are_those_of_the_catalogue() -> None:
    """Those of label files are said in English by rooms that know no catalogue."""
    found = {}
    rooms = ("cell/labels/exchange/", "vision/lab/data/")
    for tree in (tree for where, tree in trees() if where.startswith(rooms)):
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func) == "told"):
                continue
            words = [one.value for one in node.args[:2] if isinstance(one, ast.Constant)]
            if len(words) == 2:
                found[words[0], words[1]] = node.lineno
    assert len(found) > 100
    assert [one for one in found if catalogue("en")[one[0]] != one[1]] == []
