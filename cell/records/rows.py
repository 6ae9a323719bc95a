"""Which rows one journal event writes or completes."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cell.control.ledger import events as e
from cell.control.ledger.codec import flat, kind_of
from cell.records import alarm_events
from cell.records import schema as s
from cell.records.naming import Incoming
from cell.records.summaries import adding
from cell.records.summaries.tables import CellStateRow


def write(session: Session, progress: s.Progress, seq: int, event: e.Event) -> None:
    """Write the rows of `event`; the caller ends the transaction."""
    if kind_of(event) in alarm_events.KINDS:
        alarm_events.note(session, seq, event)
    match event:
        case e.SessionStarted() | e.SessionClosed() | e.RecipeSelected():
            _session(session, progress, event)
        case e.Arrived():
            session.add(
                s.Part(
                    id=event.part,
                    session=progress.session,
                    arrival_index=event.index,
                    arrival_encoder_m=event.encoder_m,
                    arrived_ns=event.stamp_ns,
                    edge_lost=event.edge_lost,
                )
            )
        case e.ExposureSeen() | e.Exposed() | e.FrameSeen() | e.FrameAssociated():
            _picture(session, progress, seq, event)
        case e.Inspected():
            _inspection(session, seq, event)
        case e.Judged():
            _verdict(session, seq, event)
        case e.Reassessed():
            session.add(
                s.Reassessment(
                    seq=seq,
                    part=event.part,
                    stamp_ns=event.stamp_ns,
                    verdict=event.verdict.value if event.verdict else "",
                    person=event.person,
                    reason=event.reason,
                )
            )
        case e.RemovalRequested() | e.Lifted() | e.RemovalFailed() | e.Removed():
            _removal(session, seq, event)
        case e.Passed() | e.Purged():
            _close(session, seq, event)
        case e.BeltHeld() | e.BeltReleased() | e.Faulted():
            _stops(session, progress, seq, event)
            if isinstance(event, e.Faulted):
                _fault(session, seq, event)
        case e.AlarmRaised() | e.AlarmCleared() | e.AlarmAcknowledged():
            _alarm(session, progress, seq, event)
        case e.StateChanged():
            _state(session, seq, event)
        case _:
            pass  # Cleared, ExitSeen, Escaped: told by alarms and dispositions


def frame_of(
    session: Session, session_id: str, trigger: int, exposure_ns: int | None = None
) -> s.Frame | None:
    """The newest picture of a trigger; a camera that was restarted counts its triggers anew, so
    that only `exposure_ns` tells for certain which one.
    """
    query = select(s.Frame).where(s.Frame.session == session_id, s.Frame.trigger == trigger)
    if exposure_ns is not None:
        query = query.where(s.Frame.exposure_ns == exposure_ns)
    return session.scalars(query.order_by(s.Frame.seq.desc()).limit(1)).first()


def awaited(picture: Incoming, seq: int, part: str) -> s.Evidence:
    """The row of a picture that lies in the incoming place and is now known to be a part's."""
    return s.Evidence(
        kind=picture.kind,
        seq=seq,
        part=part,
        exposure_ns=picture.exposure_ns,
        path="",
        sha256=picture.sha256,
        bytes=0,
        pruned_ns=None,
        rule="",
    )


def evidence_of(picture: Incoming) -> Select[s.Evidence]:
    """The rows of one picture."""
    e = s.Evidence
    return select(e).where(
        e.sha256 == picture.sha256, e.kind == picture.kind, e.exposure_ns == picture.exposure_ns
    )


def name_frame(session: Session, kept: s.Evidence) -> None:
    """Note in the row of a camera picture where it is stored."""
    frame = session.get(s.Frame, kept.seq) if kept.kind == "frame" else None
    if frame is not None:
        frame.path = kept.path


def _session(session: Session, progress: s.Progress, event: e.Event) -> None:
    match event:
        case e.SessionStarted():
            # A session without an end: it ended with its last event.
            _end_state(session, progress.stamp_ns or event.stamp_ns)
            progress.session = event.session
            for row in session.scalars(select(s.AlarmLog).where(s.AlarmLog.cleared_ns.is_(None))):
                if row.alarm not in (event.alarms or ()):
                    row.cleared_ns = event.stamp_ns
                    adding.add_alarm(session, row.alarm, row.raised_ns, cleared_ns=row.cleared_ns)
            session.add(
                s.RunSession(
                    id=event.session, started_ns=event.stamp_ns, ended_ns=None, recipe=event.recipe
                )
            )
            _note_recipe(session, event.recipe, event.stamp_ns)
        case e.SessionClosed():
            _current(session, progress).ended_ns = event.stamp_ns
            _end_state(session, event.stamp_ns)
        case e.RecipeSelected():
            _current(session, progress).recipe = event.recipe
            _note_recipe(session, event.recipe, event.stamp_ns)
        case _:
            raise TypeError(event)


def _picture(session: Session, progress: s.Progress, seq: int, event: e.Event) -> None:
    match event:
        case e.ExposureSeen():
            session.add(
                s.Exposure(
                    seq=seq,
                    session=progress.session,
                    index=event.index,
                    encoder_m=event.encoder_m,
                    exposure_ns=event.exposure_ns,
                )
            )
        case e.Exposed():
            _exposure_of(session, progress.session, event.index).part = event.part
        case e.FrameSeen():
            session.add(
                s.Frame(
                    seq=seq,
                    session=progress.session,
                    trigger=event.trigger,
                    exposure_ns=event.exposure_ns,
                    received_ns=event.received_ns,
                    ok=event.ok,
                    error=event.error,
                )
            )
        case e.FrameAssociated():
            _exposure_of(session, progress.session, event.index).trigger = event.trigger
            frame = frame_of(session, progress.session, event.trigger)
            if frame is not None:
                frame.exposure_index = event.index
        case _:
            raise TypeError(event)


def _inspection(session: Session, seq: int, event: e.Inspected) -> None:
    told, inspection = flat(event), event.inspection
    defects = told.pop("defects")
    del told["stamp_ns"]
    session.add(s.Inspection(seq=seq, **told))
    session.flush()
    session.add_all(s.Defect(inspection=seq, number=n, **one) for n, one in enumerate(defects))
    picture = Incoming.parse(inspection.view)
    if picture is not None:
        session.add(awaited(picture, seq, event.part))
    if inspection.model and session.get(s.ModelVersion, inspection.model) is None:
        session.add(s.ModelVersion(identity=inspection.model, first_seen_ns=event.stamp_ns))


def _verdict(session: Session, seq: int, event: e.Judged) -> None:
    verdict = event.verdict
    session.add(
        s.Verdict(
            seq=seq,
            part=event.part,
            stamp_ns=event.stamp_ns,
            kind=verdict.kind.value,
            bin=verdict.bin,
            reason=verdict.reason,
            by=event.by,
        )
    )
    query = select(s.Inspection).where(
        s.Inspection.part == event.part, s.Inspection.late.is_(False)
    )
    inspection = session.scalars(query).first()
    if inspection is None or session.get(s.Timing, event.part) is not None:
        return
    owner = session.get_one(s.Part, event.part).session
    frame = frame_of(session, owner, inspection.trigger, inspection.exposure_ns)
    session.add(
        s.Timing(
            part=event.part,
            exposure_to_frame_ms=(frame.received_ns - frame.exposure_ns) * 1e-6 if frame else None,
            inference_ms=inspection.inference_ms,
            exposure_to_verdict_ms=(event.stamp_ns - inspection.exposure_ns) * 1e-6,
        )
    )


def _removal(session: Session, seq: int, event: e.Event) -> None:
    match event:
        case e.RemovalRequested():
            session.add(
                s.Removal(
                    seq=seq,
                    part=event.part,
                    attempt=event.attempt,
                    bin=event.bin,
                    requested_ns=event.stamp_ns,
                    reason="",
                    message="",
                )
            )
        case e.Lifted():
            _last_removal(session, event.part).lifted_ns = event.stamp_ns
        case e.RemovalFailed():
            row = _last_removal(session, event.part)
            row.ended_ns, row.removed = event.stamp_ns, False
            row.reason, row.message = event.reason, event.message
        case e.Removed():
            row = _last_removal(session, event.part)
            row.ended_ns, row.removed = event.stamp_ns, True
            row.cycle_s, row.grip_encoder_m = event.cycle_s, event.grip_encoder_m
            row.grip_x, row.grip_y, row.grip_z = event.grip_position
            _close(session, seq, event)
        case _:
            raise TypeError(event)


def _close(session: Session, seq: int, event: e.Passed | e.Removed | e.Purged) -> None:
    kind = {e.Passed: "passed", e.Removed: "removed", e.Purged: "purged"}[type(event)]
    session.add(
        s.Disposition(
            part=event.part,
            kind=kind,
            bin=event.bin if isinstance(event, e.Removed) else "",
            person=event.person if isinstance(event, e.Purged) else "",
            stamp_ns=event.stamp_ns,
            seq=seq,
        )
    )


def _stops(session: Session, progress: s.Progress, seq: int, event: e.Event) -> None:
    match event:
        case e.BeltHeld(cause=cause, part=part):
            _stop(session, progress, seq, cause, part, event.stamp_ns)
        case e.Faulted(stopped=True, part=part):
            _stop(session, progress, seq, "fault", part, event.stamp_ns)
        case e.BeltReleased():
            query = select(s.BeltStop).where(
                s.BeltStop.part == event.part, s.BeltStop.cause != "fault"
            )
            stop = session.scalars(query.order_by(s.BeltStop.seq.desc()).limit(1)).one()
            stop.waited_s = event.waited_s
            adding.add_stop(session, stop.cause, stop.stamp_ns, waited_s=event.waited_s)
        case _:
            pass  # a fault while the belt stood anyway


def _alarm(session: Session, progress: s.Progress, seq: int, event: e.Event) -> None:
    match event:
        case e.AlarmRaised():
            if _open_alarm(session, event.alarm) is None:
                adding.add_alarm(session, event.alarm, event.stamp_ns, raised=1)
                session.add(
                    s.AlarmLog(
                        seq=seq,
                        session=progress.session,
                        alarm=event.alarm,
                        part=event.part,
                        detail=event.detail,
                        raised_ns=event.stamp_ns,
                    )
                )
        case e.AlarmCleared():
            alarm = _open_alarm(session, event.alarm)
            if alarm is not None:
                alarm.cleared_ns = event.stamp_ns
                adding.add_alarm(session, alarm.alarm, alarm.raised_ns, cleared_ns=event.stamp_ns)
        case e.AlarmAcknowledged():
            _count_acknowledged(session, event.alarm)
            session.add(
                s.Acknowledgement(
                    seq=seq,
                    alarm_log=_newest_alarm(session, event.alarm),
                    alarm=event.alarm,
                    person=event.person,
                    stamp_ns=event.stamp_ns,
                )
            )
        case _:
            raise TypeError(event)


def _newest_alarm(session: Session, alarm: str) -> int | None:
    logged = select(s.AlarmLog.seq).where(s.AlarmLog.alarm == alarm)
    return session.scalar(logged.order_by(s.AlarmLog.seq.desc()).limit(1))


def _count_acknowledged(session: Session, alarm: str) -> None:
    """An alarm counts as acknowledged once."""
    row, k = session.get(s.AlarmLog, _newest_alarm(session, alarm) or 0), s.Acknowledgement
    if row is None:
        return
    seen = select(k.seq).where(k.alarm_log == row.seq).limit(1)
    if session.scalar(seen) is None:
        adding.add_alarm(session, alarm, row.raised_ns, acknowledged=1)


def _state(session: Session, seq: int, event: e.StateChanged) -> None:
    if adding.states_are_followed(session):
        row = CellStateRow(
            seq=seq, state=event.state.value, reason=event.reason, stamp_ns=event.stamp_ns
        )
        adding.begin_state(session, row)


def _fault(session: Session, seq: int, event: e.Faulted) -> None:
    if adding.states_are_followed(session):
        row = adding.fault_state(seq, event, adding.state_now(session))
        if row is not None:
            adding.begin_state(session, row)


def _end_state(session: Session, end_ns: int) -> None:
    if adding.states_are_followed(session):
        adding.end_state(session, end_ns)


def _stop(
    session: Session, progress: s.Progress, seq: int, cause: str, part: str, stamp_ns: int
) -> None:
    adding.add_stop(session, cause, stamp_ns, stops=1)
    session.add(
        s.BeltStop(
            seq=seq,
            session=progress.session,
            cause=cause,
            part=part,
            stamp_ns=stamp_ns,
            waited_s=0.0,
        )
    )


def _open_alarm(session: Session, alarm: str) -> s.AlarmLog | None:
    query = select(s.AlarmLog).where(s.AlarmLog.alarm == alarm, s.AlarmLog.cleared_ns.is_(None))
    return session.scalars(query.limit(1)).first()


def _last_removal(session: Session, part: str) -> s.Removal:
    query = select(s.Removal).where(s.Removal.part == part).order_by(s.Removal.seq.desc())
    return session.scalars(query.limit(1)).one()


def _exposure_of(session: Session, session_id: str, index: int) -> s.Exposure:
    query = select(s.Exposure).where(s.Exposure.session == session_id, s.Exposure.index == index)
    return session.scalars(query.order_by(s.Exposure.seq.desc()).limit(1)).one()


def _current(session: Session, progress: s.Progress) -> s.RunSession:
    return session.get_one(s.RunSession, progress.session)


def _note_recipe(session: Session, identity: str, stamp_ns: int) -> None:
    if session.get(s.RecipeVersion, identity) is None:
        session.add(s.RecipeVersion(identity=identity, first_seen_ns=stamp_ns))
