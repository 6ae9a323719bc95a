"""An inspection's way through messages: what goes in comes out, and it learns whose it is."""

from __future__ import annotations

from dataclasses import replace

from inspection_cell_interfaces.msg import FrameHandle

from calibration.geometry import Pose2D
from cell.client.convert import inspection_status
from cell.client.model import PictureSource
from cell.control.ledger.events import Inspected
from cell.control.ledger.inspection import Inspection
from cell.nodes.inspections import UNASSOCIATED, Unassociated, inspection_of, message_of
from vision.types import Defect, Timings

FRAME = FrameHandle(ring="ring", slot=3, sequence=9, height=1200, width=1920)
SEEN = Inspection(
    trigger=7, exposure_ns=1_700_000_000_200_000_000, done_ns=1_700_000_000_300_000_001, ok=True,
    pose=Pose2D(-1.0, 0.001, 0.02), defects=(Defect("short", 0.875, 10.5, 20.0, 50.25, 60.0),),
    recipe="pcb@1", model="pcb@2", engine="onnxruntime", golden="g1", view="pictures/v.jpg",
    timings=Timings(locate_ms=4.5, inference_ms=21.5, total_ms=40.25),
)  # fmt: skip


def test_a_message_holds_the_whole_inspection() -> None:
    assert inspection_of(message_of(SEEN, FRAME, (640, 256), "cell")) == SEEN


def test_the_page_gets_the_message_with_its_part() -> None:
    unassociated = Unassociated()
    unassociated.hear(message_of(SEEN, FRAME, (640, 256), "cell"))
    judged = replace(SEEN, ok=False, error="another place")
    event = Inspected(stamp_ns=1, part="P1", inspection=judged, late=True, encoder_m=0.0)
    other = replace(event, inspection=replace(SEEN, exposure_ns=SEEN.exposure_ns + 1))
    assert unassociated.associated(other) is None, (
        "the same trigger of a camera that was started anew"
    )
    told = unassociated.associated(event)
    assert told is not None
    shown = inspection_status(told)
    assert (shown.part, shown.late, shown.inspection) == ("P1", True, judged)
    assert (shown.canonical, shown.source) == ((640, 256), PictureSource("ring", 3, 9))
    assert unassociated.associated(event) is None, "told once"


def test_what_nobody_ties_is_let_go() -> None:
    unassociated = Unassociated()
    for trigger in range(UNASSOCIATED + 1):
        unassociated.hear(message_of(replace(SEEN, trigger=trigger), FRAME, (0, 0), "cell"))
    events = [
        Inspected(
            stamp_ns=1, part="P", inspection=replace(SEEN, trigger=n), late=False, encoder_m=0.0
        )
        for n in (0, 1)
    ]
    assert [unassociated.associated(event) is None for event in events] == [True, False]
