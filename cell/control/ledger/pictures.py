"""Rules of looking: pictures to parts, inspections to verdicts, and no verdict in time to a
reject.
"""

from __future__ import annotations

import math
from dataclasses import astuple, replace

from calibration.geometry import Pose2D
from cell.control.ledger import association
from cell.control.ledger import events as e
from cell.control.ledger.account import Account, Exposure, Stage
from cell.control.ledger.desk import Desk
from cell.control.ledger.inspection import Inspection
from cell.control.ledger.observations import (
    ExposureLatch,
    FrameReceived,
    InspectionDone,
    TrialDone,
)
from cell.products import rules
from cell.products.trial import stricter
from cell.products.verdict import Verdict
from cell.texts import say
from vision.types import Defect

PENDING = 64
"""Inspections kept while their picture is not associated; older ones concern parts that are decided
long since.
"""


def exposure(desk: Desk, latch: ExposureLatch) -> None:
    """Note a latch, once."""
    state = desk.state
    if latch.index <= state.last_exposure or latch.index in state.exposures:
        return
    desk.emit(
        e.ExposureSeen(
            stamp_ns=desk.now_ns,
            index=latch.index,
            encoder_m=latch.encoder_m,
            exposure_ns=latch.exposure_ns,
        )
    )


def frame(desk: Desk, seen: FrameReceived) -> None:
    """Note a picture, once. A trigger number that comes again with another time is not believed."""
    if seen.exposure_ns <= desk.state.cleared_ns or seen.trigger in desk.state.frames:
        return
    desk.emit(
        e.FrameSeen(
            stamp_ns=desk.now_ns,
            trigger=seen.trigger,
            exposure_ns=seen.exposure_ns,
            received_ns=seen.received_ns,
            ok=seen.ok,
            error=seen.error,
        )
    )
    if seen.ok:
        desk.clear_alarm("camera.frame_failed")
    else:
        desk.alarm("camera.frame_failed", detail=seen.error)


def inspection(desk: Desk, told: InspectionDone) -> None:
    """Keep an inspection until its picture is associated."""
    done = told.inspection
    if done.exposure_ns <= desk.state.cleared_ns or done.trigger in desk.live.inspections:
        return
    _keep_newest(desk.live.inspections, done)
    # An inspection proves its picture, should the camera's own message be lost or late.
    received_ns = min(done.done_ns, desk.now_ns)
    picture = FrameReceived(
        stamp_ns=told.stamp_ns,
        trigger=done.trigger,
        exposure_ns=done.exposure_ns,
        received_ns=received_ns,
        ok=True,
    )
    frame(desk, picture)


def trial(desk: Desk, told: TrialDone) -> None:
    """Keep what the model on trial says until the other one has spoken; by itself it decides
    nothing.
    """
    if desk.trial is not None and told.inspection.model == desk.trial.model:
        _keep_newest(desk.live.tried, told.inspection)


def _keep_newest(kept: dict[int, Inspection], done: Inspection) -> None:
    kept[done.trigger] = done
    while len(kept) > PENDING:
        del kept[next(iter(kept))]


def associate_and_judge(desk: Desk) -> None:
    """Make every association that has become certain, and judge what can be judged."""
    if not desk.state.encoder_valid:
        return
    _associate_exposures(desk)
    _associate_frames(desk)
    for latch in list(desk.state.exposures.values()):
        if latch.trigger and latch.part:
            _judge_picture(desk, latch)


def overdue_verdicts(desk: Desk) -> None:
    """Reject every part that reached the deadline without a verdict."""
    for account in list(desk.state.accounts.values()):
        undecided = account.stage in (Stage.ARRIVED, Stage.EXPOSED)
        if undecided and desk.position(account) >= desk.config.verdict_deadline_x:
            _reject(desk, account, say("uninspected.late"))
            desk.alarm("ledger.no_verdict", account.part)


def _associate_exposures(desk: Desk) -> None:
    for latch in list(desk.state.exposures.values()):
        if latch.part:
            continue
        accounts = desk.state.accounts.values()
        part = association.part_of_exposure(latch, accounts, desk.travel_m, desk.config)
        if part is not None:
            desk.emit(
                e.Exposed(
                    stamp_ns=desk.now_ns,
                    part=part,
                    index=latch.index,
                    encoder_m=latch.encoder_m,
                    exposure_ns=latch.exposure_ns,
                )
            )


def _associate_frames(desk: Desk) -> None:
    state = desk.state
    for frame in sorted(state.frames.values(), key=lambda s: s.exposure_ns):
        if frame.exposure:
            continue
        index = association.exposure_of_frame(
            frame,
            state.frames.values(),
            state.exposures,
            state.last_exposure,
            desk.live.exposures_until_ns,
            state.trigger_offset,
            desk.config,
        )
        if index is not None:
            desk.emit(e.FrameAssociated(stamp_ns=desk.now_ns, index=index, trigger=frame.trigger))


def _judge_picture(desk: Desk, latch: Exposure) -> None:
    """Bring an associated picture's outcome to its part; to one that has left, for the records."""
    account = desk.state.accounts.get(latch.part)
    done = desk.live.inspections.get(latch.trigger)
    frame = desk.state.frames.get(latch.trigger)
    if frame is not None and done is not None and done.exposure_ns == frame.exposure_ns:
        if not latch.inspected:
            _record(desk, account, latch, done)
    elif frame is not None and not frame.ok and account and account.stage is Stage.EXPOSED:
        _reject(desk, account, say("uninspected.picture_lost", error=frame.error))


def _record(desk: Desk, account: Account | None, latch: Exposure, done: Inspection) -> None:
    """Record an inspection, and judge by it unless the part has its verdict already."""
    error = _why_unusable(desk, account, latch, done)
    late = account is None or account.stage is not Stage.EXPOSED
    desk.emit(
        e.Inspected(
            stamp_ns=desk.now_ns,
            part=latch.part,
            inspection=replace(_writable(done), ok=not error, error=error),
            late=late,
            encoder_m=latch.encoder_m,
        )
    )
    if done.ok:
        desk.clear_alarm("inspector.failed")
    else:
        desk.alarm("inspector.failed", latch.part, done.error)
    if late:
        return
    if error:
        _reject(desk, desk.state.accounts[latch.part], error)
        return
    recipe = desk.recipe_of(done)
    assert recipe is not None  # or the inspection is not usable
    verdict = rules.judge(recipe, done.defects)
    _verdict(desk, latch.part, _with_the_trial(desk, latch.part, done, verdict), "recipe")
    desk.clear_alarm("ledger.no_verdict")


def _with_the_trial(desk: Desk, part: str, done: Inspection, verdict: Verdict) -> Verdict:
    """The verdict that is acted on, where a model on trial has looked at the picture as well."""
    trial, other = desk.trial, desk.live.tried.pop(done.trigger, None)
    if trial is None or trial.recipe is None or other is None:
        return verdict
    same = (other.exposure_ns, other.recipe) == (done.exposure_ns, done.recipe)
    if not same or desk.model != done.model:  # of a model that was just replaced
        return verdict
    other = _writable(other)
    if other.ok:
        its = rules.judge(trial.recipe, other.defects)
    else:
        its = rules.not_inspected(trial.recipe, other.error)
    desk.emit(
        e.Tried(
            stamp_ns=desk.now_ns,
            part=part,
            trigger=done.trigger,
            model=trial.model,
            package=trial.package,
            against=desk.package,
            active=verdict.kind,
            candidate=its.kind,
            engine=other.engine if other.ok else "",
            total_ms=other.timings.total_ms,
            defects=other.defects,
            error=other.error,
        )
    )
    acted_on = stricter(verdict, its)
    if acted_on is verdict:
        return verdict
    return replace(its, reason=say("verdict.on_trial", model=trial.model, why=its.reason))


def _why_unusable(desk: Desk, account: Account | None, latch: Exposure, done: Inspection) -> str:
    """'' for an inspection that may decide, else why not."""
    if not done.ok:
        return done.error or say("uninspected.no_reason")
    if not _is_finite(done.pose) or not all(map(_is_finite, done.defects)):
        return say("uninspected.not_finite")
    if account is not None:
        off = done.pose.x - account.x_at(latch.encoder_m) + _lead(desk, done.pose.yaw)
        if abs(off) > desk.config.pose_tolerance_m:
            return say("uninspected.other_place", off=off * 1e3)
    if desk.recipe_of(done) is not None:
        return ""
    if done.recipe != desk.state.recipe:
        return say("uninspected.other_recipe", used=done.recipe, wanted=desk.state.recipe)
    return say("uninspected.other_model", used=done.model, wanted=desk.model)


def _lead(desk: Desk, yaw: float) -> float:
    """How much further a turned part's leading edge lies before its centre than a straight one's
    [m]: the photo-eye saw the edge.
    """
    length, width = desk.recipe.part.size_m
    return (length * abs(math.cos(yaw)) + width * abs(math.sin(yaw)) - length) / 2.0


def _reject(desk: Desk, account: Account, why: str) -> None:
    _verdict(desk, account.part, rules.not_inspected(desk.recipe, why), "ledger")


def _verdict(desk: Desk, part: str, verdict: Verdict, by: str) -> None:
    desk.emit(e.Judged(stamp_ns=desk.now_ns, part=part, verdict=verdict, by=by))


def _writable(done: Inspection) -> Inspection:
    """Without numbers that JSON has no form for."""
    pose = Pose2D(*(n if math.isfinite(n) else 0.0 for n in astuple(done.pose)))
    return replace(done, pose=pose, defects=tuple(d for d in done.defects if _is_finite(d)))


def _is_finite(value: Pose2D | Defect) -> bool:
    return all(math.isfinite(n) for n in astuple(value) if isinstance(n, float))
