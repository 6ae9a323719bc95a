"""Texts travel as codes and values and become words in their reader's language."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from inspection_cell_interfaces.msg import Inspection

from cell.control.alarms import alarm_text, reason_text
from cell.faces.hmi.labels import labels
from cell.nodes.translate import inspection
from cell.products import RECIPES, Defect, load_recipe, rules
from cell.texts import after, bare, catalogue, for_ros, languages, read, render, say, tr, tr_or
from cell.texts.rendering import NUMBERED
from models.ground.text import Text

RECIPE = load_recipe(RECIPES / "pcb")
CUT_OFF = say("vision.cut_off")


def defect(name: str, score: float) -> Defect:
    return Defect(name, score, 10.0, 10.0, 40.0, 40.0)


def not_inspected(why: str) -> str:
    return rules.not_inspected(RECIPE, why).reason


@pytest.mark.parametrize(
    ("told", "english", "korean"),
    [
        (rules.judge(RECIPE, []).reason, "no defect", "결함 없음"),
        (rules.judge(RECIPE, [defect("short", 0.9)]).reason, "short 0.90", "단락 0.90"),
        (
            rules.judge(RECIPE, [defect("short", 0.9)] * 3).reason,
            "short 0.90 (and 2 more)",
            "단락 0.90 (외 2건)",
        ),
        (
            say("verdict.doubtful", what=say("verdict.defect", defect="scratch {x}", score=0.31)),
            "doubtful: scratch {x} 0.31",
            "판단 어려움: scratch {x} 0.31",
        ),
        (
            not_inspected(say("uninspected.other_place", off=-31.4)),
            "not inspected: the picture shows a part -31 mm from where the belt has this one",
            "검사하지 못함: 사진 속 부품이 벨트상 위치에서 -31 mm 벗어나 있습니다",
        ),
        (
            not_inspected(say("uninspected.picture_lost", error="cable pulled")),
            "not inspected: picture lost: cable pulled",
            "검사하지 못함: 이미지 유실: cable pulled",
        ),
        (
            not_inspected(say("vision.several", whole=2)),
            "not inspected: 2 parts in one picture: it cannot be tied to one part. Keep parts "
            "further apart",
            "검사하지 못함: 사진 한 장에 부품이 2개 있어 어느 부품인지 알 수 없습니다. "
            "간격을 더 벌리세요",
        ),
        (
            say("refused.start.nodes", nodes=["camera", "robot"]),
            "Not all nodes are active: camera, robot. Wait, or look at their logs.",
            "아직 준비되지 않은 프로세스: 카메라, 로봇. 기다리거나 로그를 확인하세요.",
        ),
        (
            say("refused.start.arm", mode="protective_stop"),
            "The arm was not ready (protective stop) and is brought back now. Start again when it "
            "waits.",
            "로봇이 준비되지 않아(보호 정지) 지금 복귀시킵니다. "
            "로봇이 대기 위치에 오면 다시 시작하세요.",
        ),
        (
            say("refused.override.no_bin", recipe="pcb@1", bin="sea", bins=["review", "scrap"]),
            "recipe pcb@1 has no bin 'sea': use one of review, scrap",
            "레시피 pcb@1에 'sea' 수거함이 없습니다. 재검토, 폐기 중 하나를 사용하세요",
        ),
        (
            alarm_text("inspector.failed", say("uninspected.late")),
            "A part could not be inspected (no verdict in time). It is rejected. If it repeats, "
            "check light and lens.",
            "부품을 검사하지 못했습니다 (판정이 제때 나오지 않았습니다). 불합격 처리됩니다. "
            "반복되면 조명과 렌즈를 확인하세요.",
        ),
        (
            reason_text("belt.edge_lost"),
            "The PLC counted a part that was never reported. Check the network. Clear the belt by "
            "hand, confirm it, then start.",
            "PLC가 센 부품이 보고되지 않았습니다. 네트워크를 확인하세요. "
            "벨트를 손으로 비우고 확인한 뒤 시작하세요.",
        ),
        # An error inside somebody else's words, a person's words, an old journal's, and nothing.
        (
            f"recipe 'x': {say('recipe.node_died')} (twice)",
            "recipe 'x': its process ended meanwhile (twice)",
            "recipe 'x': 그 사이에 프로세스가 종료되었습니다 (twice)",
        ),
        ("kim: looked at it", "kim: looked at it", "kim: looked at it"),
        ("not inspected: no verdict in time",) * 3,
        ("", "", ""),
    ],
)
def test_a_text_is_said_in_its_readers_language(told: str, english: str, korean: str) -> None:
    assert render(told, "ko", labels(RECIPE, "ko")) == korean
    assert render(told, "en", labels(RECIPE, "en")) == english
    echoed = for_ros(told)
    assert bare(echoed) == told
    assert render(echoed, "ko", labels(RECIPE, "ko")) == korean


def test_who_listens_to_ros_reads_english_beside_the_code_and_the_ledger_only_the_code() -> None:
    echoed = for_ros(not_inspected(CUT_OFF))
    assert json.loads(echoed)["english"].startswith("not inspected: The part is cut off by")
    heard = inspection(Inspection(error=for_ros(CUT_OFF)), now_ns=1)
    assert heard.inspection.error == CUT_OFF == '{"code": "vision.cut_off"}'


def test_values_are_what_json_holds() -> None:
    told = say("x.y", a=np.float32(0.5), b=np.int64(3), c=[CUT_OFF, "d"], e=Path("f"), g=CUT_OFF)
    text = read(told)
    assert text == Text(
        "x.y",
        {"a": 0.5, "b": 3, "c": [{"code": "vision.cut_off", "values": {}}, "d"], "e": "f",
         "g": {"code": "vision.cut_off", "values": {}}},
    )  # fmt: skip
    assert str(text) == told
    assert read(f"a {told}") is read(f"{told}.") is read("words") is read("") is None


@pytest.mark.parametrize(
    "told",
    [
        say("no.such", a=1),
        '{"code": "verdict.too_many"}',
        '{"code": "verdict.too_many", "values": {"count": "many", "limit": 3}}',
        '{"code": "verdict.no_defect"',
        '{"code": "verdict.no_defect", "values": 3}',
        '{"code": "' + '{"code": "' * 9 + "[" * 99_999,
    ],
)
def test_what_no_catalogue_can_say_is_shown_as_it_came(told: str) -> None:
    assert render(told, "ko") == told
    assert render(f"a {told}", "en") == f"a {told}"


def test_a_code_of_a_newer_cell_is_shown_in_the_english_that_it_brought() -> None:
    assert render(str(Text("no.such", {"a": 1}, "News.")), "ko") == "News."


def test_names_that_plants_choose_are_shown_as_they_are() -> None:
    assert tr_or("bin.my bin", "my bin", "ko") == "my bin"
    with pytest.raises(KeyError):
        tr("no.such", "en")


@pytest.fixture
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A cell with one more file."""
    from cell.texts import catalogues as module

    for lang in languages():
        shutil.copy(Path(module.__file__).parent / f"{lang}.po", tmp_path)
    lines = ('msgid ""', 'msgstr "Content-Type: text/plain; charset=utf-8\\n"', "",
             'msgid "verdict.no_defect"', 'msgstr "kein Fehler"', "",
             'msgid "language.name"', 'msgstr "Deutsch"')  # fmt: skip
    (tmp_path / "de.po").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    catalogue.cache_clear()
    yield
    catalogue.cache_clear()


@pytest.mark.usefixtures("german")
def test_a_third_language_is_a_file() -> None:
    assert languages() == ("de", "en", "ko")
    assert [after("de"), after("ko")] == ["en", "de"]
    assert render(say("verdict.no_defect"), "de") == "kein Fehler"
    assert tr("language.name", "de") == "Deutsch"
    assert render(CUT_OFF, "de") == render(CUT_OFF, "en"), "what is not translated is in English"
    assert catalogue("ko")["verdict.no_defect"] == "결함 없음"


@pytest.mark.parametrize(
    ("code", "count", "words"),
    [
        ("studio.models.history", 1, "1 move on record"),
        ("studio.models.history", 2, "2 moves on record"),
        ("studio.models.history", 0, "0 moves on record"),
        ("bins.parts", 1, "1 part"),
        ("quality.remark.uninspected", "1", "1 part was not inspected and counts as stopped."),
        ("quality.remark.uninspected", "1,001", "1,001 parts were not inspected and count as"),
    ],
)
def test_one_thing_is_not_many(code: str, count: int | str, words: str) -> None:
    assert tr(code, "en", count=count, parts=count).startswith(words)
    assert str(count) in tr(code, "ko", count=count, parts=count)


def test_what_goes_by_a_number_is_written_as_it_is_read() -> None:
    """A slip of the pen would be shown as it stands."""
    for code, pattern in catalogue("en").items():
        assert pattern.count(":one ") == len(NUMBERED.findall(pattern)), code


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("shift.availability", "quality.oee.availability"),
        ("shift.performance", "quality.oee.effectiveness"),
        ("shift.quality", "quality.oee.quality"),
        ("command.reset", "practice.order.reset"),
        ("command.drain", "practice.order.drain"),
    ],
)
def test_one_thing_has_one_name_on_every_page(here: str, there: str, lang: str) -> None:
    assert tr(here, lang) == tr(there, lang)


def test_a_message_calls_a_key_and_a_bin_as_the_page_does() -> None:
    assert "리셋" in tr("command.reset", "ko"), "messages say: reset, then start"
    assert "리셋" in tr("alarm.belt.watchdog", "ko", detail="")
    for code in ("parts.where.removed", "refused.override.in_removal", "quality.part.bin"):
        assert "수거함" in tr(code, "ko", bin="scrap", part="s1-1"), code
