"""Every word of the page, in English and Korean, in one table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from cell.texts import translate

Lang = Literal["ko", "en"]
LANGUAGES: tuple[Lang, ...] = ("ko", "en")


class Words(NamedTuple):
    """One text in both languages. Fields in braces are filled in by `tr`."""

    en: str
    ko: str


TEXTS: dict[str, Words] = {
    "title": Words("Inspection cell", "검사 셀"),
    "language.other": Words("한국어", "English"),
    # Cell states, as the header says them.
    "state.stopped": Words("STOPPED", "정지"),
    "state.starting": Words("STARTING", "시작 중"),
    "state.running": Words("RUNNING", "가동 중"),
    "state.stopping": Words("STOPPING", "정지 중"),
    "state.faulted": Words("FAULT", "고장"),
    "state.purge_required": Words("CLEAR THE BELT", "벨트를 비우세요"),
    "state.unknown": Words("NOT KNOWN YET", "상태 확인 중"),
    "state.other": Words("UNKNOWN STATE: {state}", "알 수 없는 상태: {state}"),
    "state.no_link": Words("NO CONNECTION", "연결 없음"),
    "header.recipe": Words("Recipe", "레시피"),
    "header.model": Words("Model", "모델"),
    # The link to the cell.
    "link.never": Words("Waiting for the cell", "셀을 기다리는 중"),
    "link.never.detail": Words(
        "The supervisor has not been heard yet. Nothing on this page is live.",
        "감독 프로세스의 신호가 아직 없습니다. 이 화면은 실제 상태가 아닙니다.",
    ),
    "link.silent": Words("No connection to the cell", "셀과 연결이 끊겼습니다"),
    "link.silent.detail": Words(
        "Not heard for {age} s. Nothing on this page is live. Look at the belt itself.",
        "{age}초 동안 신호가 없습니다. 이 화면은 실제 상태가 아닙니다. 벨트를 직접 확인하세요.",
    ),
    "link.page": Words("This page is frozen", "화면이 멈췄습니다"),
    "link.page.detail": Words(
        "The page server does not answer. Nothing on this page is live. Look at the belt itself.",
        "화면 서버가 응답하지 않습니다. 이 화면은 실제 상태가 아닙니다. 벨트를 직접 확인하세요.",
    ),
    # Verdicts.
    "verdict.pass": Words("PASS", "합격"),
    "verdict.reject": Words("REJECT", "불합격"),
    "verdict.review": Words("REVIEW", "재검토"),
    "verdict.none": Words("NO VERDICT YET", "판정 없음"),
    "verdict.title": Words("Last verdict", "최근 판정"),
    "verdict.part": Words("Part {part}", "부품 {part}"),
    "verdict.history": Words("Recent verdicts, newest on the left", "최근 판정 (왼쪽이 최신)"),
    # The picture.
    "picture.title": Words("Last picture", "최근 사진"),
    "picture.none": Words("No picture yet", "아직 사진이 없습니다"),
    "picture.gone": Words("Picture no longer in memory", "사진이 메모리에 남아 있지 않습니다"),
    "picture.regions": Words("Regions", "검사 영역"),
    "picture.whole": Words(
        "Whole camera picture; places of the defects are not drawn",
        "전체 카메라 사진 · 결함 위치는 표시되지 않음",
    ),
    "picture.caption": Words("#{trigger} · {time} · {ms} ms", "#{trigger} · {time} · {ms} ms"),
    "picture.not_inspected": Words("Not inspected: {error}", "검사하지 못함: {error}"),
    "picture.clean": Words("No defect found", "결함 없음"),
    "picture.more": Words("+{count} more", "외 {count}건"),
    # Counts.
    "count.arrived": Words("Arrived", "투입"),
    "count.passed": Words("Passed", "합격 배출"),
    "count.removed": Words("Removed", "제거"),
    "count.purged": Words("Purged", "수동 제거"),
    "count.on_belt": Words("On belt", "벨트 위"),
    "count.yield": Words("Yield", "수율"),
    # Commands.
    "command.start": Words("Start", "시작"),
    "command.stop": Words("Stop", "정지"),
    "command.drain": Words("Run empty", "비우고 정지"),
    "command.reset": Words("Reset fault", "고장 해제"),
    "command.confirm_clear": Words("Belt is clear", "벨트 비움 확인"),
    "hint.start": Words("The belt runs, parts are inspected", "벨트 가동, 검사 시작"),
    "hint.stop": Words("Parts stay on the belt", "부품은 벨트 위에 남음"),
    "hint.drain": Words("Stops when the belt is empty", "벨트가 비면 정지"),
    "hint.reset": Words("After the cause is gone", "원인을 제거한 뒤 누르세요"),
    "hint.confirm_clear": Words("After you looked at the belt", "벨트를 직접 본 뒤 누르세요"),
    "why.no_link": Words("No connection to the cell", "셀과 연결 없음"),
    "why.start.running": Words("Runs already", "이미 가동 중"),
    "why.start.stopping": Words("Wait until it stands", "멈출 때까지 기다리세요"),
    "why.start.faulted": Words("Reset the fault first", "먼저 고장을 해제하세요"),
    "why.start.purge_required": Words("Clear the belt first", "먼저 벨트를 비우세요"),
    "why.start.changing": Words("The recipe is changing", "레시피를 교체하는 중"),
    "why.stop": Words("Stands already", "이미 정지 상태"),
    "why.drain": Words("Only while running", "가동 중에만 가능"),
    "why.reset": Words("There is no fault", "고장 없음"),
    "why.confirm_clear": Words("Stop the cell first", "먼저 셀을 정지하세요"),
    "why.belt_moves": Words("The belt still moves", "벨트가 아직 움직입니다"),
    "why.unknown": Words("Nothing is known of the belt yet", "벨트 상태를 아직 알 수 없음"),
    "why.unknown_state": Words("Unknown cell state", "알 수 없는 셀 상태"),
    "command.sent": Words("{command}: accepted", "{command}: 접수됨"),
    "command.refused": Words("{command}: refused. {message}", "{command}: 거부됨. {message}"),
    "command.no_service": Words(
        "the supervisor is not there; check that the process runs",
        "감독 프로세스가 없습니다. 프로세스가 실행 중인지 확인하세요",
    ),
    "command.no_answer": Words(
        "no answer within {seconds} s; look at the cell before you try again",
        "{seconds}초 안에 응답이 없습니다. 다시 누르기 전에 셀을 확인하세요",
    ),
    # Changing the recipe.
    "recipe.title": Words("Change the recipe", "레시피 교체"),
    "recipe.in_use": Words("in use", "사용 중"),
    "recipe.none": Words("There is no recipe here", "레시피가 없습니다"),
    "recipe.unusable": Words("Cannot be used: {why}", "사용할 수 없음: {why}"),
    "recipe.person": Words("Who", "작업자"),
    "recipe.reason": Words("Why, for the records", "이유 (기록에 남습니다)"),
    "recipe.why.order": Words("Next order", "다음 주문"),
    "recipe.why.trial": Words("Trial", "시험 생산"),
    "recipe.why.corrected": Words("Recipe corrected", "레시피 수정"),
    "recipe.drain": Words(
        "Let the parts through first ({count} on the belt), then stop and change",
        "부품을 먼저 내보낸 뒤(벨트 위 {count}개) 멈추고 교체합니다",
    ),
    "recipe.choose": Words("Choose a recipe", "레시피를 고르세요"),
    "recipe.say_who": Words("Say who wants it", "작업자를 입력하세요"),
    "recipe.say_why": Words("Say why", "이유를 입력하세요"),
    "recipe.change_to": Words("Change to {recipe}", "{recipe}: 교체"),
    "recipe.prepare": Words("Only prepare {recipe}", "{recipe}: 준비만"),
    "recipe.cancel": Words("Cancel", "취소"),
    "recipe.close": Words("Close", "닫기"),
    "recipe.step.preparing": Words(
        "Prepare: every node loads it beside the one in use",
        "준비: 지금 레시피를 쓰면서 모든 프로세스가 새 레시피를 불러옵니다",
    ),
    "recipe.step.draining": Words(
        "Let the parts through: {count} on the belt", "부품 내보내기: 벨트 위 {count}개"
    ),
    "recipe.step.taking_up": Words(
        "Take up: all nodes, or none", "적용: 모든 프로세스가 함께 바꿉니다"
    ),
    "recipe.taken_up": Words("{recipe} is in use now", "이제 {recipe} 레시피를 사용합니다"),
    "recipe.ready": Words(
        "{recipe} is prepared; choose it once more to take it up",
        "{recipe} 준비 완료. 다시 선택하면 적용됩니다",
    ),
    "recipe.failed": Words("Not changed: {why}", "교체하지 못함: {why}"),
    "recipe.stays": Words("{recipe} stays in use", "{recipe} 레시피를 계속 사용합니다"),
    "change.preparing": Words("preparing", "준비 중"),
    "change.prepared": Words("prepared", "준비됨"),
    "change.draining": Words("letting parts through", "부품 내보내는 중"),
    "change.taking_up": Words("taking up", "적용 중"),
    "why.recipe.starting": Words("Wait until it runs", "가동될 때까지 기다리세요"),
    "why.recipe.parts": Words(
        "Parts on the belt: start first", "벨트 위에 부품이 있음: 먼저 시작하세요"
    ),
    # Clearing the belt.
    "clear.title": Words("Is the belt clear?", "벨트가 비어 있습니까?"),
    "clear.look": Words(
        "Go to the belt and look at all of it, from the photo-eye to the exit. "
        "Take every part off and put it into the review bin.",
        "벨트로 가서 입구 센서부터 출구까지 전체를 직접 확인하세요. "
        "남은 부품은 모두 들어내어 재검토함에 넣으세요.",
    ),
    "clear.expected": Words(
        "The cell expects {count} part(s) there: {parts}",
        "셀의 기록으로는 부품 {count}개가 있습니다: {parts}",
    ),
    "clear.expected_none": Words(
        "The cell knows of no part there; look all the same.",
        "셀의 기록으로는 부품이 없습니다. 그래도 확인하세요.",
    ),
    "clear.seen": Words(
        "I have looked: nothing lies on the belt", "직접 확인했습니다: 벨트 위에 아무것도 없습니다"
    ),
    "clear.confirm": Words("Confirm", "확인"),
    "clear.cancel": Words("Cancel", "취소"),
    # Alarms.
    "alarm.title": Words("Alarms", "알람"),
    "alarm.none": Words("No alarms", "알람 없음"),
    "alarm.acknowledge": Words("OK", "확인"),
    "alarm.acknowledge_all": Words("Acknowledge all", "모두 확인"),
    "alarm.acknowledged": Words("acknowledged", "확인됨"),
    "alarm.returned": Words("cause gone", "원인 해소"),
    "alarm.priority.1": Words("HIGH", "높음"),
    "alarm.priority.2": Words("MEDIUM", "중간"),
    "alarm.priority.3": Words("LOW", "낮음"),
    # Belt and arm.
    "scene.title": Words("Cell", "셀"),
    "belt.silent": Words("Belt: no data", "벨트: 신호 없음"),
    "belt.disconnected": Words("Belt: PLC does not answer", "벨트: PLC 응답 없음"),
    "belt.emergency_stop": Words("Belt: EMERGENCY STOP", "벨트: 비상정지"),
    "belt.watchdog": Words("Belt: stopped by its watchdog", "벨트: 감시 타이머로 정지"),
    "belt.authority": Words("Belt: holds at its limit", "벨트: 허용 위치에서 대기"),
    "belt.running": Words("Belt: {speed} m/s", "벨트: {speed} m/s"),
    "belt.standing": Words("Belt: stands", "벨트: 정지"),
    "robot.silent": Words("Arm: no data", "로봇: 신호 없음"),
    "robot.operational": Words("Arm: {phase}", "로봇: {phase}"),
    "robot.protective_stop": Words("Arm: PROTECTIVE STOP", "로봇: 보호 정지"),
    "robot.emergency_stop": Words("Arm: EMERGENCY STOP", "로봇: 비상정지"),
    "robot.power_off": Words("Arm: power off", "로봇: 전원 꺼짐"),
    "robot.disconnected": Words("Arm: disconnected", "로봇: 연결 끊김"),
    "robot.unknown": Words("Arm: {mode}", "로봇: {mode}"),
    "phase.idle": Words("idle", "대기"),
    "phase.approach": Words("approaching", "접근"),
    "phase.descend": Words("descending", "하강"),
    "phase.grip": Words("gripping", "흡착"),
    "phase.lift": Words("lifting", "상승"),
    "phase.carry": Words("carrying", "이송"),
    "phase.release": Words("releasing", "놓기"),
    "phase.return": Words("returning", "복귀"),
    "bin.rework": Words("rework", "재작업"),
    "bin.scrap": Words("scrap", "폐기"),
    "bin.review": Words("review", "재검토"),
    # Processes.
    "process.belt": Words("belt", "벨트"),
    "process.camera": Words("camera", "카메라"),
    "process.inspector": Words("inspector", "검사"),
    "process.supervisor": Words("supervisor", "감독"),
    "process.robot": Words("robot", "로봇"),
    "process.recorder": Words("recorder", "기록"),
    "process.hmi": Words("page", "화면"),
    "process.launcher": Words("launcher", "실행기"),
    "process.dead": Words("NOT RUNNING", "응답 없음"),
    "process.sick": Words("NEEDS HELP", "이상"),
    "process.restarts": Words("restarted {count}x", "재시작 {count}회"),
}
"""Key to words. A test holds that both languages are complete and have the same fields."""


def tr(key: str, lang: Lang, **values: object) -> str:
    """The words for `key`, with its fields filled in. Raises KeyError for an unknown key."""
    words = TEXTS[key]
    return (words.ko if lang == "ko" else words.en).format(**values)


def reason(text: str, lang: Lang, label: Callable[[str], str] = str) -> str:
    """A reason or refusal of the cell, whose own text is English, in this language. `label` gives
    the word for a defect's class, or the class as it is.
    """
    return translate(text, lang, lambda name: _name(name, lang, label))


def _name(name: str, lang: Lang, label: Callable[[str], str]) -> str:
    """The word for a defect's class, a process or a bin; a plant's own names stay as they are."""
    if (word := label(name)) != name:
        return word
    kinds = ("process", "bin")
    key = next((f"{kind}.{name}" for kind in kinds if f"{kind}.{name}" in TEXTS), "")
    return tr(key, lang) if key else name


def tr_or(key: str, fallback: str, lang: Lang) -> str:
    """The words for `key`, or `fallback`: plants name bins and defects as they like."""
    return tr(key, lang) if key in TEXTS else fallback
