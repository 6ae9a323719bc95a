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
from cell.control.ledger.events import CellState
from cell.control.ledger.observations import COMMANDS
from cell.faces.api.problems import TITLES
from cell.faces.hmi import page
from cell.faces.hmi.components import bin_view, shelve_dialog, shift_figures, shift_view
from cell.faces.hmi.components.cell_model import VERDICT_COLORS
from cell.faces.hmi.components.counts import ENTRIES
from cell.faces.hmi.components.override import WHY
from cell.faces.hmi.components.recipe_form import REASONS
from cell.faces.hmi.components.shapes import PRIORITIES, STATES
from cell.faces.hmi.components.verdict import name
from cell.faces.hmi.components.views import NAMES
from cell.faces.practice.tour import KEYS, STOPS
from cell.faces.quality.asking import ALL, DISPOSITIONS, PERIODS, SHIFT, VERDICTS
from cell.faces.quality.filters import SEARCH
from cell.faces.quality.overview_view import KINDS
from cell.faces.quality.pages import PAGES
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
from cell.quality.reading.monitored import VALUES
from cell.quality.reading.overview import Figures
from cell.quality.report.gauge_report import ABOUT, METHOD, WORDS
from cell.quality.rules import NELSON
from cell.records.exporting import Form
from cell.texts import catalogue, languages
from cell.trainer.certificate import WORDS as CERTIFICATE_WORDS
from cell.trainer.judging import Wrong
from cell.trainer.lessons import AT_THE_MACHINE, COURSES, Course
from cell.training.values import State as JobState
from robot.base import EdgeKind, RobotMode
from robot.motion.pick import Phase
from robot.motion.removal import Reason
from vision.lab.data.reading import Unlabelled

ROOT = Path(__file__).parents[2]
ROOMS = ("cell", "models", "robot", "vision")
SAYING = ("say", "tr", "RefusalError", "told")
TELLERS = ("cell/faces/quality/", "cell/quality/report/")
"""Where `t.tr("code")` says `quality.code`."""

COMPOSED = {
    "view.{}": NAMES,
    "after.{}": ("false_call", "missed_defect"),
    "parts.where.{}": ("passed", "removed", "purged"),
    "quality.said.{}": ("pass", "reject", "withdrawn"),
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
    "bin.{}": ("rework", "scrap", "review"),  # as recipes usually name them
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
    "change.{}": [step for step in Step if step is not Step.NONE],
    "command.{}": COMMANDS,
    "count.{}": ENTRIES,
    "hint.{}": COMMANDS,
    "link.{}": ("never.detail", "silent.detail"),
    "mode.{}": [mode for mode in RobotMode if mode is not RobotMode.OPERATIONAL],
    "override.{}": WHY,
    "permission.{}": Permission,
    "phase.{}": Phase,
    "practice.act.{}": AT_THE_MACHINE,
    "practice.certificate.{}": CERTIFICATE_WORDS,
    "practice.course.{}": Course,
    "practice.lesson.{}": [
        f"{lesson.name}.{what}"
        for course in COURSES.values()
        for lesson in course
        for what in ("title", "learn")
    ],
    "practice.mistake.{}": Wrong,
    "practice.order.{}": (*COMMANDS, "acknowledge", "override", "recipe"),
    "practice.step.{}": [
        f"{lesson.name}.{step.name}{end}"
        for course in COURSES.values()
        for lesson in course
        for step in lesson.steps
        for end in ("", ".hint")
    ],
    "removal.{}": (
        *(reason for reason in Reason if reason is not Reason.NONE),
        "lapsed",
        "not_ordered",
        "no_answer",
        "died",
    ),
    "motion.{}": ("length", "width"),
    "arm.{}": ("refused", "no_unlock", "no_start_said"),
    "plc.{}": (*EdgeKind, "of_belt", "edges_lost", "other_device", "restarted"),
    "page.part.{}": {
        name
        for name, one in vars(page).items()
        if isinstance(one, type)
        and hasattr(one, "update")
        and name not in ("Component", "Fence", "RecipeButton", "ViewKeys")
    },
    "process.{}": {"launcher", *HmiConfig().processes, *(process.name for process in TABLE)},
    "quality.grade.{}": Grade,
    "drift.name.light.{}": ("contrast", "mean", "sharpness"),
    "quality.report.{}": WORDS,
    "quality.report.about.{}": ABOUT,
    "quality.report.method.{}": METHOD,
    "quality.truth.{}": ("good", "defective", *KINDS),
    "quality.page.{}": [
        f"{page.name}{end}"
        for page in PAGES
        for end in ("", ".title", ".hint")
        if end or not page.under
    ],
    "quality.filter.{}": (*SEARCH, "since", "until"),
    "quality.period.{}": (SHIFT, *PERIODS, ALL),
    "quality.verdict.{}": VERDICTS,
    "quality.end.{}": DISPOSITIONS,
    "quality.overridden.{}": ("yes", "no"),
    "quality.export.{}": ("pdf", *Form),
    "quality.rule.{}": [rule.number for rule in NELSON],
    "quality.monitor.{}": ("class", "light", *VALUES),
    "quality.by.{}": ("shift", "recipe", "model"),
    "quality.by.head.{}": ("shift", "recipe", "model"),
    "quality.by_{}": ("recipe", "ledger"),
    "quality.chart.p.{}": ("title", "hint", "alt", "signals"),
    "quality.chart.u.{}": ("title", "hint", "alt", "signals"),
    "quality.reason.{}": (
        "producing",
        "wait",
        "retry",
        "off",
        "fault",
        *(f"state.{one}" for one in CellState if one is not CellState.RUNNING),
    ),
    "quality.figure.{}": [one for one in Figures.__slots__ if one not in ("rejected", "reviewed")],
    "quality.line.{}": ("number", "usual", "limits", "now", "state", "left"),
    "quality.monitors.{}": ("what", "model", "state", "newest", "alarms", "watched"),
    "quality.oee.{}": (
        "index",
        "availability",
        "effectiveness",
        "quality",
        "planned",
        "production",
    ),
    "quality.part.label.{}": ("good", "defective"),
    "quality.part.{}": ("view", "frame"),
    "quality.part.removed.{}": ("true", "false"),
    "recipe.step.{}": UNDER_WAY,
    "recipe.why.{}": REASONS,
    "robot.{}": RobotMode,
    "state.{}": STATES,
    "studio.{}": [place.name for place in PLACES],
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
    "tour.{}": [f"{stop}.{what}" for stop in STOPS for what in ("title", "text")],
    "tour.key.{}": KEYS,
    "training.state.{}": JobState,
    "trial.left.{}": Left,
    "who.role.{}": Role,
    "verdict.{}": [name(verdict) for verdict in VERDICT_COLORS],
}
"""Codes that are put together, each with the names that it is put together of."""
SAME_EVERYWHERE = {
    "alarm.bin.which", "alarm.detail", "detail.node", "detail.parts", "detail.removal",
    "detail.removal_said", "died.last_words", "died.wordless", "thread.of_node",
    "exchange.fault", "file.at", "file.good.judgement",
    "override.order",
    "picture.caption", "practice.certificate.about", "quality.acceptance.report.signed_as",
    "quality.acceptance.what.oee",
    "quality.heat.x", "quality.heat.y", "quality.oee.index", "quality.oee.title",
    "quality.report.by_at", "verdict.defect",
}  # fmt: skip
"""Codes without a word in their text."""


WHOLE_ROOMS = {r"quality\.[a-z_0-9]+"}
"""Forms that say nothing of a code but its room."""


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


def told_of_quality() -> Iterator[Said]:
    """What the quality pages and reports say by `t.tr(...)` and `visit.tr(...)`."""
    for where, tree in trees():
        for node in ast.walk(tree) if where.startswith(TELLERS) else ():
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.func.attr == "tr" and node.args and isinstance(node.args[0], ast.Constant):
                code = str(node.args[0].value)
                told = [keyword.arg for keyword in node.keywords]
                values = None if None in told else frozenset(str(one) for one in told)
                code = code if code.startswith("quality.") else f"quality.{code}"
                yield Said(code, values, f"{where}:{node.lineno}")


def composed() -> set[str]:
    return {pattern.format(one) for pattern, names in COMPOSED.items() for one in names}


def families() -> list[re.Pattern[str]]:
    """What codes look like that faces and reports put together; one step of a name stands for what
    is put in.
    """
    forms = set()
    for where, tree in trees():
        if not where.startswith(("cell/faces", "cell/quality", "cell/nodes")):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                parts = (
                    re.escape(str(v.value)) if isinstance(v, ast.Constant) else "[a-z_0-9]+"
                    for v in node.values
                )
                form = "".join(parts)
                if (
                    re.match(r"[a-z_]+(\\\.[a-z_]+)*(\\\.|_)", form)
                    and form != r"quality\.[a-z_0-9]+"
                ):
                    forms |= {form, rf"quality\.{form}"}
    return [re.compile(form) for form in sorted(forms)]


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
    found = [*said(), *told_of_quality()]
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


def pieces_of(node: ast.AST) -> Iterator[str]:
    """Codes after `quality.` that this says: `pareto.title`, or `pareto.` with each word that is
    said in a list beside it.
    """
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    if not isinstance(node, ast.ListComp | ast.GeneratorExp | ast.List):
        return
    fronts = [
        part.values[0].value
        for part in ast.walk(node)
        if isinstance(part, ast.JoinedStr)
        and part.values
        and isinstance(part.values[0], ast.Constant)
        and re.fullmatch(r"(quality\.)?[a-z_]+\.", str(part.values[0].value))
    ]
    ends = [
        one.value
        for one in ast.walk(node)
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]
    yield from (f"{front}{end}".removeprefix("quality.") for front in fronts for end in ends)


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
    words |= {
        f"quality.{piece}"
        for where, tree in trees()
        if where.startswith(TELLERS)
        for node in ast.walk(tree)
        for piece in pieces_of(node)
    }
    terms = {
        f"term.{name}"
        for text in catalogue("en").values()
        for _, name, _, _ in string.Formatter().parse(text)
        if name
    }
    unused = catalogue("en").keys() - words - composed() - terms
    forms = families()
    assert not {code for code in unused if not any(form.fullmatch(code) for form in forms)}


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


NOUNS = (
    "알람", "셀", "벨트", "로봇", "부품", "카메라", "수거함", "판정", "레시피", "화면", "모델",
    "사진", "라벨", "과제", "설비", "프로세스", "조명", "원인", "상태", "기록", "세트", "대기열",
)  # fmt: skip
PARTICLES = {"은": "는", "이": "가", "을": "를", "과": "와", "으로": "로"}
"""After a syllable that ends in a consonant, and after one that does not."""


def misfit(words: str) -> list[str]:
    """Nouns with a particle that does not follow such a sound."""
    found = []
    for noun in NOUNS:
        final = (ord(noun[-1]) - 0xAC00) % 28
        for closed, opened in PARTICLES.items():
            as_open = final == 0 or (closed == "으로" and final == 8)  # 8: the consonant l
            wrong = closed if as_open else opened
            found += re.findall(rf"(?<![가-힣]){noun}{wrong}(?![가-힣])", words)
    return found


def test_korean_particles_fit_the_words_before_them() -> None:
    assert misfit("알람와 그 원인, 셀으로, 벨트을") == ["알람와", "셀으로", "벨트을"]
    assert misfit("알람과 그 원인, 셀로, 벨트를") == []
    said = {code: misfit(words) for code, words in catalogue("ko").items()}
    assert {code: found for code, found in said.items() if found} == {}
