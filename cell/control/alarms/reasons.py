"""Why the cell is in its state, in words for people."""

from __future__ import annotations

from cell.control.alarms.catalogue import CATALOGUE

REASONS = {
    "": ("", ""),
    "cell.contents_unknown": (
        "What lies on the belt is unknown. Clear the belt by hand, confirm it, then start.",
        "벨트 위에 무엇이 있는지 알 수 없습니다. 벨트를 비우고 확인한 뒤 시작하세요.",
    ),
    "cell.stopped_by_person": (
        "Stopped by a person. Parts may lie on the belt; start goes on with them.",
        "작업자가 정지했습니다. 벨트 위에 부품이 있을 수 있으며 시작하면 이어집니다.",
    ),
    "cell.belt_silent": (
        "The belt PLC has not answered yet. Check its power and network.",
        "벨트 PLC가 아직 응답하지 않습니다. 전원과 네트워크를 확인하세요.",
    ),
    "cell.out_of_service": (
        "The supervisor was taken out of service. Activate it, then clear the belt.",
        "감독 프로세스가 비활성화되었습니다. 활성화한 뒤 벨트를 비우세요.",
    ),
    "cell.draining": (
        "Running until the belt is empty.",
        "벨트가 빌 때까지 운전합니다.",
    ),
    "cell.drained": (
        "The belt is empty. Ready to start.",
        "벨트가 비었습니다. 시작할 수 있습니다.",
    ),
    "cell.drained_but_fed": (
        "The parts of before are through; more came meanwhile and wait on the belt.",
        "이전 부품은 모두 처리되었고, 그 사이 들어온 부품이 벨트에서 기다립니다.",
    ),
    "cell.reset": (
        "The fault was reset. Ready to start.",
        "고장이 리셋되었습니다. 시작할 수 있습니다.",
    ),
    "cell.cleared": (
        "The belt was cleared. Ready to start.",
        "벨트를 비웠습니다. 시작할 수 있습니다.",
    ),
}
"""English and Korean texts of the state reasons that are no alarms."""


def reason_text(reason: str, detail: str = "") -> tuple[str, str]:
    """English and Korean text of a state's reason, which may be an alarm's identity."""
    if reason in REASONS:
        return REASONS[reason]
    item = CATALOGUE.get(reason)
    return (reason, reason) if item is None else (item.text_en(detail), item.text_ko(detail))
