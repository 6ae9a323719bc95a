"""Inspections in the journal: lines of before the nested value are read, and written alike."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from calibration.geometry import Pose2D
from cell.control.ledger import UnknownEventError, decode, encode
from cell.control.ledger import events as e
from cell.control.ledger.inspection import Inspection
from cell.products import Verdict, VerdictKind
from cell.records import rows
from cell.records import schema as s
from cell.records.store import open_records
from vision.types import Defect, Timings

DEFECT = '{"class_name":"short","score":0.875,"x_min":10.5,"y_min":20.0,"x_max":50.25,"y_max":60.0}'
INSPECTED = (
    '{"stamp_ns":1700000000400000000,"part":"s0-00001","trigger":7,'
    '"exposure_ns":1700000000200000000,"done_ns":1700000000300000000,"ok":true,"error":"",'
    '"late":false,"x":-1.0,"y":0.001,"yaw":0.02,"encoder_m":0.35,"defects":[' + DEFECT + "],"
    '"recipe":"pcb@1.0.0","model":"pcb@1.2.0","engine":"onnxruntime","golden":"44000062",'
    '"locate_ms":4.5,"inference_ms":21.5,"total_ms":40.25,'
    '"view":"pictures/incoming/1-view-ab.jpg"}'
)
JUDGED = (
    '{"stamp_ns":1700000000400000000,"part":"s0-00001","verdict":{"kind":"reject","bin":"rework",'
    '"reason":"short 0.88","defects":[' + DEFECT + ']},"by":"recipe"}'
)
"""As a cell wrote them whose events held every number beside the others."""

SHORT = Defect("short", 0.875, 10.5, 20.0, 50.25, 60.0)
SEEN = Inspection(
    trigger=7, exposure_ns=1_700_000_000_200_000_000, done_ns=1_700_000_000_300_000_000, ok=True,
    pose=Pose2D(-1.0, 0.001, 0.02), defects=(SHORT,), recipe="pcb@1.0.0", model="pcb@1.2.0",
    engine="onnxruntime", golden="44000062", view="pictures/incoming/1-view-ab.jpg",
    timings=Timings(locate_ms=4.5, inference_ms=21.5, total_ms=40.25),
)  # fmt: skip
STAMP = {"stamp_ns": 1_700_000_000_400_000_000, "part": "s0-00001"}
EVENTS = [
    ("inspected", INSPECTED, e.Inspected(**STAMP, inspection=SEEN, late=False, encoder_m=0.35)),
    (
        "judged",
        JUDGED,
        e.Judged(
            **STAMP, verdict=Verdict(VerdictKind.REJECT, "rework", "short 0.88", (SHORT,)),
            by="recipe",
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "line", "event"), EVENTS)
def test_a_journal_of_before_is_read_and_written_alike(
    kind: str, line: str, event: e.Event
) -> None:
    assert decode(kind, line) == event
    assert json.loads(encode(event)) == json.loads(line)


@pytest.mark.parametrize("name", ["x", "total_ms", "part", "trigger", "defects"])
def test_an_inspection_that_lacks_something_is_refused(name: str) -> None:
    told = json.loads(INSPECTED)
    del told[name]
    with pytest.raises(UnknownEventError, match=name):
        decode("inspected", json.dumps(told))


def test_an_event_that_has_another_name_now_is_read() -> None:
    event = e.FrameAssociated(stamp_ns=5, index=2, trigger=3)
    assert decode("frame_tied", '{"stamp_ns":5,"index":2,"trigger":3}') == event


@pytest.mark.parametrize("line", ["", "[]", "null", "7", "{", INSPECTED.replace("7,", '"seven",')])
def test_what_is_no_inspection_is_refused(line: str) -> None:
    with pytest.raises(UnknownEventError, match="'inspected' does not fit"):
        decode("inspected", line)


def test_the_row_says_what_the_journal_says(tmp_path: Path) -> None:
    engine = open_records(tmp_path / "records.db", create=True)
    told = json.loads(INSPECTED)
    with Session(engine) as session:
        session.add(s.RunSession(id="s0", started_ns=1, ended_ns=None, recipe="pcb@1.0.0"))
        session.flush()
        arrived = e.Arrived(**STAMP, index=1, encoder_m=0.0, x=0.0)
        progress = s.Progress(id=1, last_seq=0, session="s0")
        rows.write(session, progress, 1, arrived)
        session.flush()
        rows.write(session, progress, 2, decode("inspected", INSPECTED))
        session.flush()
        row, defect = session.get_one(s.Inspection, 2), session.scalars(select(s.Defect)).one()
        for name in set(told) - {"stamp_ns", "defects"}:
            assert getattr(row, name) == told[name], name
        for name, value in told["defects"][0].items():
            assert getattr(defect, name) == value, name
    engine.dispose()
