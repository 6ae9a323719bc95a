"""Alarms: the ISA-18.2 states, and texts for everything the ledger can raise."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import cell.control.ledger
from cell.control.alarms import CATALOGUE, AlarmBook, AlarmState, UnknownAlarmError, reason_text
from cell.texts import render

ALARM = "camera.frame_failed"
UNACKNOWLEDGED, ACKNOWLEDGED, RETURNED = AlarmState


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        ("raise", UNACKNOWLEDGED),
        ("raise ack", ACKNOWLEDGED),
        ("raise clear", RETURNED),
        ("raise ack clear", None),
        ("raise clear ack", None),
        ("raise clear raise", UNACKNOWLEDGED),
        ("raise ack raise", ACKNOWLEDGED),
        ("raise ack clear raise", UNACKNOWLEDGED),
        ("clear", None),
        ("ack", None),
    ],
)
def test_states(steps: str, state: AlarmState | None) -> None:
    book = AlarmBook()
    for now, step in enumerate(steps.split()):
        if step == "raise":
            book.raise_(ALARM, "", now)
        elif step == "clear":
            book.clear(ALARM)
        else:
            book.acknowledge(ALARM, "kim", now)
    assert [a.state for a in book.active()] == ([] if state is None else [state])


def test_acknowledging_all_and_the_order() -> None:
    book = AlarmBook()
    book.raise_(ALARM, "", 1)
    book.raise_("belt.encoder_jump", "from 1 m to 2 m", 2)
    assert [a.id for a in book.active()] == ["belt.encoder_jump", ALARM]
    assert "from 1 m to 2 m" in render(book.active()[0].text)
    assert set(book.waiting) == set(book.causes) == {"belt.encoder_jump", ALARM}
    book.acknowledge(ALARM, "kim", 3)
    assert book.waiting == ("belt.encoder_jump",)
    assert (book.alarms[ALARM].acknowledged_by, book.alarms[ALARM].acknowledged_ns) == ("kim", 3)
    book.acknowledge(ALARM, "lee", 4)
    assert book.alarms[ALARM].acknowledged_by == "kim"


def test_unknown_alarm_is_refused() -> None:
    with pytest.raises(UnknownAlarmError):
        AlarmBook().raise_("no.such", "", 0)


def test_everything_the_ledger_raises_has_texts_in_both_languages() -> None:
    folder = Path(cell.control.ledger.__file__).parent
    source = "\n".join(path.read_text() for path in folder.glob("*.py"))
    raised = set(re.findall(r'"((?:belt|camera|inspector|robot|ledger)\.[a-z_]+)"', source))
    assert len(raised) > 12
    assert raised <= CATALOGUE.keys()
    reasons = set(re.findall(r'"(cell\.[a-z_]+)"', source))
    for identity in raised | reasons:
        text = reason_text(identity)
        assert not render(text).startswith("{")
        assert re.search("[가-힣]", render(text, "ko"))


def test_each_dead_process_has_an_alarm() -> None:
    from cell.config.processes import TABLE

    assert {f"process.{process.name}_died" for process in TABLE if process.is_node} <= set(
        CATALOGUE
    )
