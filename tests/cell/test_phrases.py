"""Reasons and refusals: stable codes, both languages, and the way back from the English text."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import cell
import vision
from cell.control.alarms import entry
from cell.faces.hmi.i18n import reason
from cell.faces.hmi.labels import labels
from cell.products import RECIPES, Defect, load_recipe, rules
from cell.texts import PHRASES, UnknownPhraseError, recognise, say, translate
from cell.texts.phrase import KINDS
from cell.texts.vision import VISION

CELL, VISION_FOLDER = Path(cell.__file__).parent, Path(vision.__file__).parent
SAMPLES = {"": "'two, words'", "d": 3, ".2f": 0.93, "+.0f": -12.4}
SAME_IN_BOTH = {"verdict.defect"}
SPOKEN_BY_VISION = (
    "inspect/locate.py",
    "inspect/disc.py",
    "inspect/edges.py",
    "inspect/photometry.py",
)


def parts(text: str) -> list[tuple[str, str, str]]:
    return [(a, name or "", form or "") for a, name, form, _ in string.Formatter().parse(text)]


@pytest.mark.parametrize("code", PHRASES)
def test_each_phrase_is_whole_in_both_languages_and_is_recognised(code: str) -> None:
    phrase = PHRASES[code]
    assert {name for _, name, _ in parts(phrase.ko) if name} == phrase.fields
    assert code in SAME_IN_BOTH or re.search("[가-힣]", phrase.ko)
    assert not re.search("[가-힣]", phrase.en)
    forms = {name: form for _, name, form in parts(phrase.en) if name}
    assert set(forms.values()) <= KINDS.keys()
    values = {name: SAMPLES[form] for name, form in forms.items()}
    text = say(code, **values)
    found = recognise(text)
    assert found is not None
    assert found[0].code == code
    assert found[1] == {name: format(values[name], form) for name, form in forms.items()}
    assert translate(text, "en") == text


def test_codes_are_unique_and_an_unknown_one_is_refused() -> None:
    assert len({phrase.en for phrase in PHRASES.values()}) == len(PHRASES)
    with pytest.raises(UnknownPhraseError, match=r"no\.such"):
        say("no.such")


def spoken(folder: Path, names: tuple[str, ...]) -> set[tuple[str, frozenset[str]]]:
    """Codes and fields of every phrase that the cell's own code says."""
    found = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in names
                and node.args
                and isinstance(node.args[0], ast.Constant)
                and re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", str(node.args[0].value))
            ):
                found.add((str(node.args[0].value), frozenset(k.arg or "" for k in node.keywords)))
    return found


def test_the_cell_says_what_the_catalogue_holds() -> None:
    said = spoken(CELL, ("say", "RefusalError"))
    assert len(said) > 30
    for code, fields in said:
        assert fields == PHRASES[code].fields, code
    own = {code for code in PHRASES if code.startswith(("refused.", "uninspected."))}
    assert own == {code for code, _ in said if code.startswith(("refused.", "uninspected."))}


def sentences(path: Path) -> Iterator[str]:
    """The text of each error that a file raises, its fields as '{}'."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and node.args and isinstance(node.func, ast.Name)):
            continue
        if node.func.id not in ("InspectionError", "StaleFrame", "GrabFailed"):
            continue
        text = node.args[0]
        if isinstance(text, ast.Constant):
            yield str(text.value)
        elif isinstance(text, ast.JoinedStr):
            yield "".join(
                str(x.value) if isinstance(x, ast.Constant) else "{}" for x in text.values
            )


def test_visions_sentences_are_those_of_the_catalogue() -> None:
    said = {path: set(sentences(path)) for path in VISION_FOLDER.rglob("*.py")}
    known = {"".join(a + ("{}" if name else "") for a, name, _ in parts(p.en)) for p in VISION}
    assert known <= set().union(*said.values()), "the catalogue holds what nobody says any more"
    for name in SPOKEN_BY_VISION:
        assert said[VISION_FOLDER / name] <= known, f"{name}: no Korean text"


RECIPE = load_recipe(RECIPES / "pcb")


def defect(name: str, score: float) -> Defect:
    return Defect(name, score, 10.0, 10.0, 40.0, 40.0)


@pytest.mark.parametrize(
    ("english", "korean"),
    [
        (rules.judge(RECIPE, []).reason, "결함 없음"),
        (rules.judge(RECIPE, [defect("short", 0.9)]).reason, "단락 0.90"),
        (rules.judge(RECIPE, [defect("short", 0.9)] * 3).reason, "단락 0.90 (외 2건)"),
        ("doubtful: pin_hole 0.31", "판단 어려움: 핀홀 0.31"),
        ("doubtful: scratch {x} 0.31", "판단 어려움: scratch {x} 0.31"),
        (
            "not inspected: the picture shows a part -31 mm from where the belt has this one",
            "검사하지 못함: 사진 속 부품이 벨트상 위치에서 -31 mm 벗어나 있습니다",
        ),
        (
            "not inspected: picture lost: cable pulled",
            "검사하지 못함: 이미지 유실: cable pulled",
        ),
        (
            "not inspected: 2 parts in one picture: it cannot be tied to one part. Keep parts "
            "further apart",
            "검사하지 못함: 사진 한 장에 부품이 2개 있어 어느 부품인지 알 수 없습니다. "
            "간격을 더 벌리세요",
        ),
        (
            "Not all nodes are active: camera, robot. Wait, or look at their logs.",
            "아직 준비되지 않은 프로세스: 카메라, 로봇. 기다리거나 로그를 확인하세요.",
        ),
        (
            "The arm was not ready (protective_stop) and is brought back now. "
            "Start again when it waits.",
            "로봇이 준비되지 않아(보호 정지) 지금 복귀시킵니다. "
            "로봇이 대기 위치에 오면 다시 시작하세요.",
        ),
        (
            "The arm is not ready (emergency_stop). Release the emergency stop, power on and "
            "release the brakes at its pendant, then start again.",
            "로봇이 준비되지 않았습니다(비상 정지). 비상 정지를 해제하고 펜던트에서 전원을 켜고 "
            "브레이크를 푼 뒤 다시 시작하세요.",
        ),
        ("kim: looked at it", "kim: looked at it"),
        ("", ""),
    ],
)
def test_the_page_says_reasons_in_its_language(english: str, korean: str) -> None:
    assert reason(english, "ko", labels(RECIPE, "ko")) == korean
    assert reason(english, "en", labels(RECIPE, "en")) == english


def test_the_detail_of_an_alarm_is_in_its_language_too() -> None:
    text = entry("inspector.failed").text_ko("no verdict in time")
    assert "판정이 제때 나오지 않았습니다" in text
    assert "no verdict" not in text
