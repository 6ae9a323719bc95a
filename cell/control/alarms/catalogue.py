"""Every alarm of the cell: how urgent it is, what happened, what to do now."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from cell.texts import translate


class Priority(IntEnum):
    """Urgency as in msg/Alarm."""

    HIGH = 1
    MEDIUM = 2
    LOW = 3


class UnknownAlarmError(Exception):
    """An alarm identity that the catalogue does not hold."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One kind of alarm. Texts are pairs: what happened, what to do now."""

    id: str
    priority: Priority
    en: tuple[str, str]
    ko: tuple[str, str]
    advisory: bool = False
    """A person should look at it; nothing stops."""
    told_anew: bool = False
    """Its cause is told for as long as it stands; no reset and no restart ends it."""

    @property
    def source(self) -> str:
        """Node or device that it is about."""
        return self.id.partition(".")[0]

    def text_en(self, detail: str = "") -> str:
        """English text with the detail of the case."""
        return _text(self.en, detail)

    def text_ko(self, detail: str = "") -> str:
        """Korean text with the detail of the case."""
        return _text(self.ko, translate(detail, "ko"))


def entry(alarm: str) -> Entry:
    """The catalogue's entry. Raises UnknownAlarmError."""
    try:
        return CATALOGUE[alarm]
    except KeyError:
        raise UnknownAlarmError(
            f"alarm '{alarm}' is not in the catalogue: add it to cell/control/alarms/catalogue.py"
        ) from None


def _text(pair: tuple[str, str], detail: str) -> str:
    what, remedy = pair
    return f"{what} ({detail}). {remedy}" if detail else f"{what}. {remedy}"


_CLEAR_EN = "Clear the belt by hand, confirm it, then start."
_CLEAR_KO = "벨트를 손으로 비우고 확인한 뒤 시작하세요."


def _died(node: str, name_en: str, name_ko: str, priority: Priority = Priority.HIGH) -> Entry:
    purge = priority is Priority.HIGH
    return Entry(
        f"process.{node}_died",
        priority,
        (f"The {name_en} process stopped", _CLEAR_EN if purge else "It is restarted by itself."),
        (f"{name_ko} 프로세스가 멈췄습니다", _CLEAR_KO if purge else "자동으로 다시 시작됩니다."),
        advisory=not purge,
    )


_ENTRIES = (
    Entry(
        "belt.emergency_stop",
        Priority.HIGH,
        ("The emergency stop is pressed", f"Remove the danger and release it. {_CLEAR_EN}"),
        ("비상 정지가 눌렸습니다", f"위험을 제거하고 해제하세요. {_CLEAR_KO}"),
        told_anew=True,
    ),
    Entry(
        "belt.encoder_jump",
        Priority.HIGH,
        ("The belt encoder jumped", f"Check encoder and PLC power. {_CLEAR_EN}"),
        ("벨트 엔코더 값이 튀었습니다", f"엔코더와 PLC 전원을 확인하세요. {_CLEAR_KO}"),
    ),
    Entry(
        "belt.counter_jump",
        Priority.HIGH,
        ("The belt PLC's counters jumped", f"Check whether it restarted. {_CLEAR_EN}"),
        ("벨트 PLC 카운터가 튀었습니다", f"PLC가 재시작되었는지 확인하세요. {_CLEAR_KO}"),
    ),
    Entry(
        "belt.edge_lost",
        Priority.HIGH,
        ("The PLC counted a part that was never reported", f"Check the network. {_CLEAR_EN}"),
        ("PLC가 센 부품이 보고되지 않았습니다", f"네트워크를 확인하세요. {_CLEAR_KO}"),
    ),
    Entry(
        "belt.does_not_run",
        Priority.HIGH,
        ("The belt does not run", "Check drive, fuse and PLC, reset, then start."),
        ("벨트가 움직이지 않습니다", "구동부, 퓨즈, PLC를 확인하고 리셋한 뒤 시작하세요."),
    ),
    Entry(
        "belt.watchdog",
        Priority.MEDIUM,
        ("The belt stopped itself: no command came in time", "Check machine load, reset, start."),
        ("명령이 늦어 벨트가 스스로 멈췄습니다", "컴퓨터 부하를 확인하고 리셋한 뒤 시작하세요."),
    ),
    Entry(
        "belt.disconnected",
        Priority.HIGH,
        ("The belt PLC does not answer", f"Check its power and network. {_CLEAR_EN}"),
        ("벨트 PLC가 응답하지 않습니다", f"전원과 네트워크를 확인하세요. {_CLEAR_KO}"),
    ),
    Entry(
        "camera.frame_failed",
        Priority.LOW,
        ("A picture was lost", "Its part is rejected. If it repeats, check the camera's cable."),
        (
            "이미지를 잃었습니다",
            "해당 부품은 불합격 처리됩니다. 반복되면 카메라 케이블을 확인하세요.",
        ),
    ),
    Entry(
        "camera.disconnected",
        Priority.HIGH,
        ("The camera is gone", "Check its cable and power, reset, then start."),
        ("카메라 연결이 끊겼습니다", "케이블과 전원을 확인하고 리셋한 뒤 시작하세요."),
    ),
    Entry(
        "inspector.failed",
        Priority.LOW,
        ("A part could not be inspected", "It is rejected. If it repeats, check light and lens."),
        ("부품을 검사하지 못했습니다", "불합격 처리됩니다. 반복되면 조명과 렌즈를 확인하세요."),
    ),
    Entry(
        "inspector.engine_error",
        Priority.HIGH,
        ("The inference engine failed", "Restart the inspector; if it repeats, check the model."),
        ("추론 엔진이 실패했습니다", "검사기를 재시작하고 반복되면 모델을 확인하세요."),
    ),
    Entry(
        "robot.removal_failed",
        Priority.HIGH,
        ("A removal was not confirmed", f"Find the part and take it away. {_CLEAR_EN}"),
        ("부품 제거가 확인되지 않았습니다", f"부품을 찾아 치우세요. {_CLEAR_KO}"),
    ),
    Entry(
        "robot.part_dropped",
        Priority.HIGH,
        ("The arm lost a part on its way", f"Find the part, check cup and air. {_CLEAR_EN}"),
        ("로봇이 부품을 떨어뜨렸습니다", f"부품을 찾고 흡착컵과 공압을 확인하세요. {_CLEAR_KO}"),
    ),
    Entry(
        "robot.protective_stop",
        Priority.HIGH,
        ("The arm is in a protective stop", f"Remove the cause, unlock the arm. {_CLEAR_EN}"),
        ("로봇이 보호 정지 상태입니다", f"원인을 제거하고 로봇을 해제하세요. {_CLEAR_KO}"),
    ),
    Entry(
        "robot.emergency_stop",
        Priority.HIGH,
        ("The arm is in emergency stop", f"Remove the danger, release it. {_CLEAR_EN}"),
        ("로봇이 비상 정지 상태입니다", f"위험을 제거하고 해제하세요. {_CLEAR_KO}"),
    ),
    Entry(
        "robot.power_off",
        Priority.HIGH,
        ("The arm has no power", f"Switch it on at its pendant. {_CLEAR_EN}"),
        ("로봇 전원이 꺼져 있습니다", f"펜던트에서 전원을 켜세요. {_CLEAR_KO}"),
    ),
    Entry(
        "robot.no_answer",
        Priority.HIGH,
        ("The arm does not finish a removal", f"Look at the arm and its part. {_CLEAR_EN}"),
        ("로봇이 제거 작업을 끝내지 못합니다", f"로봇과 부품을 확인하세요. {_CLEAR_KO}"),
    ),
    Entry(
        "robot.disconnected",
        Priority.HIGH,
        ("The arm's controller does not answer", "Check its power and network, reset, start."),
        ("로봇 제어기가 응답하지 않습니다", "전원과 네트워크를 확인하고 리셋한 뒤 시작하세요."),
    ),
    Entry(
        "ledger.no_verdict",
        Priority.MEDIUM,
        (
            "A part had no verdict in time",
            "It is rejected. If it repeats, check camera, inspector.",
        ),
        (
            "부품 판정이 제때 나오지 않았습니다",
            "불합격 처리됩니다. 반복되면 카메라와 검사기를 확인하세요.",
        ),
    ),
    Entry(
        "ledger.part_lost",
        Priority.HIGH,
        ("A good part was not seen leaving", f"Find it; check the exit-eye. {_CLEAR_EN}"),
        (
            "합격 부품이 나가는 것이 보이지 않았습니다",
            f"부품을 찾고 출구 센서를 확인하세요. {_CLEAR_KO}",
        ),
    ),
    Entry(
        "ledger.unknown_part_left",
        Priority.HIGH,
        ("Something left the belt that nobody expected", f"Take it back. {_CLEAR_EN}"),
        ("예상하지 못한 부품이 나갔습니다", f"부품을 회수하세요. {_CLEAR_KO}"),
    ),
    Entry(
        "ledger.reject_left",
        Priority.HIGH,
        ("A part left the belt that may not leave", f"Take it back at once. {_CLEAR_EN}"),
        ("나가면 안 되는 부품이 나갔습니다", f"즉시 회수하세요. {_CLEAR_KO}"),
    ),
    Entry(
        "ledger.law_violated",
        Priority.HIGH,
        ("The cell found its own account wrong", f"Keep the journal, report it. {_CLEAR_EN}"),
        ("셀의 장부가 맞지 않습니다", f"저널을 보관하고 보고하세요. {_CLEAR_KO}"),
    ),
    Entry(
        "recorder.disk_low",
        Priority.MEDIUM,
        ("The disk is nearly full: pictures are not kept", "Free space in the data folder."),
        ("디스크가 거의 찼습니다: 이미지를 저장하지 않습니다", "데이터 폴더의 공간을 확보하세요."),
        advisory=True,
        told_anew=True,
    ),
    Entry(
        "recorder.write_failed",
        Priority.MEDIUM,
        (
            "The data folder cannot be written to: pictures are not kept",
            "Check its disk and its rights; it goes on by itself.",
        ),
        (
            "데이터 폴더에 쓸 수 없습니다: 이미지를 저장하지 않습니다",
            "디스크와 권한을 확인하세요. 해결되면 자동으로 계속됩니다.",
        ),
        advisory=True,
        told_anew=True,
    ),
    Entry(
        "journal.disk_full",
        Priority.HIGH,
        (
            "The disk is full: the journal writes into its last reserve",
            "Free space in the data folder, then start.",
        ),
        (
            "디스크가 가득 찼습니다: 저널이 마지막 예비 공간을 쓰고 있습니다",
            "데이터 폴더의 공간을 확보한 뒤 시작하세요.",
        ),
    ),
    Entry(
        "process.restart_limit",
        Priority.HIGH,
        ("A process keeps dying and is not restarted any more", "Read its log, then run again."),
        ("프로세스가 계속 멈춰 더 이상 재시작하지 않습니다", "로그를 확인하고 다시 실행하세요."),
        advisory=True,
        told_anew=True,
    ),
    Entry(
        "process.hangs",
        Priority.MEDIUM,
        ("A process does not get on with its work", "Its parts are rejected. Read its log."),
        ("프로세스의 작업이 멈춰 있습니다", "해당 부품은 불합격 처리됩니다. 로그를 확인하세요."),
        advisory=True,
        told_anew=True,
    ),
    Entry(
        "process.node_inactive",
        Priority.HIGH,
        ("A node was taken out of service", f"Activate it again. {_CLEAR_EN}"),
        ("노드가 비활성화되었습니다", f"다시 활성화하세요. {_CLEAR_KO}"),
    ),
    _died("belt", "belt", "벨트"),
    _died("camera", "camera", "카메라"),
    _died("inspector", "inspector", "검사기"),
    _died("robot", "robot", "로봇"),
    _died("supervisor", "supervisor", "감독"),
    _died("recorder", "recorder", "기록"),
    _died("hmi", "operator page", "작업자 화면", Priority.LOW),
)

CATALOGUE = {item.id: item for item in _ENTRIES}
"""Every alarm by its identity."""
