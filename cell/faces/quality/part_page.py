"""One part: every picture with what was found in it, and all that became of the part."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from cell.faces.quality.asking import ALL, asking
from cell.faces.quality.filters import known
from cell.faces.quality.found import giver, verdict
from cell.faces.quality.frame import frame, unanswered
from cell.faces.quality.html import facts, note, panel, put, table
from cell.faces.quality.overview_page import teller
from cell.faces.quality.pictures import file_of
from cell.faces.quality.room import Room, Visit
from cell.faces.studio.frame import empty
from cell.faces.web.visit import now_ns
from cell.labels.truths import PartTruth, truths
from cell.quality.report.telling import Teller
from cell.records.reading import EvidenceRow, InspectionRow, WholePart
from cell.texts import render
from vision.pictures import UnreadableError, jpeg_header, read_bytes


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture on record. size: width and height [px], None where the file is gone; seen: what
    was found in it.
    """

    row: EvidenceRow
    size: tuple[int, int] | None
    seen: InspectionRow | None


@dataclass(frozen=True, slots=True)
class Told:
    """All that is known of a part."""

    whole: WholePart
    pictures: tuple[Shown, ...]
    labels: tuple[PartTruth, ...]


async def part_page(visit: Visit) -> None:
    """Build the page."""
    room, part = visit.room, visit.query.get("part", "")
    with frame(visit):
        there = await visit.quietly(known, room, visit.lang)
        found = await visit.quietly(part_of, room, part)
        for result in (there, found):
            if result.error is not None:
                unanswered(visit, result.error)
                return
        if found.value is None or there.value is None:
            empty(visit.tr("quality.part.none", part=part), visit.tr("quality.part.none_remedy"))
            return
        asked = asking({}, room.config.quality, now_ns(), ALL)
        t = teller(visit, asked, there.value)
        put(_head(found.value, t))
        put(_pictures(found.value, t))
        put(_inspections(found.value, t) + _defects(found.value, t), "qp-parts")
        after = _said(found.value, t) + _removals(found.value, t) + _belt(found.value, t)
        put(_verdicts(found.value, t) + after)


def part_of(room: Room, part: str) -> Told | None:
    """None: there is none of this id. Raises RecordsError, StoreError."""
    whole = room.archive.part(part)
    if whole is None:
        return None
    seen = {one.exposure_ns: one for one in whole.inspections}
    pictures = tuple(
        Shown(row, _size(room, row), seen.get(row.exposure_ns) if row.kind == "view" else None)
        for row in whole.evidence
    )
    return Told(whole, pictures, truths(room.config.data_dir, {part}))


def _size(room: Room, row: EvidenceRow) -> tuple[int, int] | None:
    file = file_of(room.config.data_dir, row)
    if file is None:
        return None
    try:
        header = jpeg_header(read_bytes(file))
    except (OSError, UnreadableError):
        return None
    return header.width, header.height


def _head(told: Told, t: Teller) -> str:
    line, whole = told.whole.line, told.whole
    pairs = [
        (t.tr("part.part"), line.part), (t.tr("part.run"), line.session),
        (t.tr("search.arrived"), t.second(line.arrived_ns)),
        (t.tr("search.end"), t.tr(f"end.{line.disposition or 'open'}")),
        (t.tr("search.reason"), render(line.reason, t.lang, t.word) or "–"),
        (t.tr("search.by"), giver(line.by, t) or "–"),
    ]  # fmt: skip
    if whole.disposed_bin:
        pairs.append((t.tr("part.bin"), t.bin(whole.disposed_bin)))
    if whole.person:
        pairs.append((t.tr("part.cleared_by"), whole.person))
    if whole.timing is not None:
        took = whole.timing
        pairs += [
            (t.tr("part.inference"), f"{took.inference_ms:.0f} ms"),
            (t.tr("part.to_verdict"), f"{took.exposure_to_verdict_ms:.0f} ms"),
        ]
        if took.exposure_to_frame_ms is not None:
            pairs.append((t.tr("part.to_frame"), f"{took.exposure_to_frame_ms:.0f} ms"))
    for label in told.labels:
        said = t.tr(f"part.label.{label.judgement}", person=label.person)
        pairs.append((t.tr("part.label"), said))
    body = f"<p>{verdict(line.verdict, t)}</p>{facts(pairs)}"
    return panel(line.part, body, "part")


def _pictures(told: Told, t: Teller) -> str:
    title = t.tr("part.pictures")
    if not told.pictures:
        return panel(title, note(t.tr("part.no_pictures"), "no-pictures"), "pictures")
    made = "".join(_picture(one, t) for one in told.pictures)
    toggle = (
        "<label class='qp-check'><input type='checkbox' class='qp-outlines' checked "
        f"data-test='outlines'> {escape(t.tr('part.outlines'))}</label>"
    )
    return panel(title, f"<div class='qp-views'>{toggle}{made}</div>", "pictures")


def _picture(one: Shown, t: Teller) -> str:
    row = one.row
    what = f"{t.tr(f'part.{row.kind}')}, {t.second(row.exposure_ns)}"
    if one.size is None:
        words = t.tr("part.gone", what=what)
        if row.pruned_ns is not None:
            words = t.tr("part.deleted", what=what, at=t.second(row.pruned_ns), rule=row.rule)
        return note(words, f"gone-{row.kind}")
    width, height = one.size
    boxes = ""
    for number, defect in enumerate(one.seen.defects if one.seen is not None else (), 1):
        boxes += (
            f"<rect x='{defect.x_min:.1f}' y='{defect.y_min:.1f}' "
            f"width='{max(1.0, defect.x_max - defect.x_min):.1f}' "
            f"height='{max(1.0, defect.y_max - defect.y_min):.1f}'/>"
            f"<text x='{defect.x_min:.1f}' y='{max(16.0, defect.y_min - 5):.1f}'>{number}</text>"
        )
    alt = escape(what, quote=True)
    return (
        f"<figure class='qp-view'><div><img src='/quality/picture/{row.sha256}' alt='{alt}' "
        f"width='{width}' height='{height}' data-test='{row.kind}'>"
        f"<svg viewBox='0 0 {width} {height}' aria-hidden='true'>{boxes}</svg></div>"
        f"<figcaption>{escape(what)}</figcaption></figure>"
    )


def _inspections(told: Told, t: Teller) -> str:
    head = [
        t.tr(f"part.{name}")
        for name in ("exposed", "outcome", "recipe", "model", "golden", "engine", "locate",
                     "inference", "total")
    ]  # fmt: skip
    rows = [
        [
            t.second(one.exposure_ns), _outcome(one, t), one.recipe or "–", one.model or "–",
            one.golden or "–", one.engine or "–",
            *(f"{ms:.0f} ms" for ms in (one.locate_ms, one.inference_ms, one.total_ms)),
        ]
        for one in told.whole.inspections
    ]  # fmt: skip
    title = t.tr("part.inspections")
    empty_ = note(t.tr("part.not_inspected"), "not-inspected")
    return panel(title, table(head, rows, title, words=6) if rows else empty_, "inspections")


def _outcome(one: InspectionRow, t: Teller) -> str:
    if not one.ok:
        return render(one.error, t.lang)
    found = t.tr("part.found", count=len(one.defects))
    return f"{found}, {t.tr('part.late')}" if one.late else found


def _defects(told: Told, t: Teller) -> str:
    rows = [
        [
            f"{number}", t.word(one.class_name), f"{one.score:.3f}",
            f"{one.x_min:.0f}, {one.y_min:.0f} – {one.x_max:.0f}, {one.y_max:.0f}",
        ]
        for seen in told.whole.inspections
        for number, one in enumerate(seen.defects, 1)
    ]  # fmt: skip
    if not rows:
        return ""
    head = [t.tr(f"part.{name}") for name in ("number", "class", "score", "box")]
    title = t.tr("part.defects")
    return panel(title, table(head, rows, title, words=2), "defects")


def _verdicts(told: Told, t: Teller) -> str:
    rows = [
        [
            t.second(one.stamp_ns), t.tr(f"verdict.{one.kind or 'none'}"), t.bin(one.bin) or "–",
            render(one.reason, t.lang, t.word), giver(one.by, t),
        ]
        for one in told.whole.verdicts
    ]  # fmt: skip
    head = [t.tr(f"part.{name}") for name in ("at", "verdict", "bin", "reason", "by")]
    title = t.tr("part.history")
    empty_ = note(t.tr("verdict.none"), "no-verdict")
    return panel(title, table(head, rows, title, words=5) if rows else empty_, "history")


def _said(told: Told, t: Teller) -> str:
    """What people said after the fact, beside the verdicts that were acted on."""
    rows = [
        [
            t.second(one.stamp_ns), t.tr(f"said.{one.verdict or 'withdrawn'}"),
            render(one.reason, t.lang) or "–", one.person,
        ]
        for one in told.whole.reassessments
    ]  # fmt: skip
    if not rows:
        return ""
    head = [t.tr(f"part.{name}") for name in ("at", "said", "reason", "by")]
    title = t.tr("part.said_after")
    return panel(title, table(head, rows, title, words=4), "said-after")


def _removals(told: Told, t: Teller) -> str:
    def became(removed: bool | None) -> str:
        return t.tr("part.goes_on" if removed is None else f"part.removed.{removed}".lower())

    rows = [
        [
            f"{one.attempt}", t.second(one.requested_ns), t.bin(one.bin), became(one.removed),
            render(one.message or one.reason, t.lang) or "–",
            "–" if one.cycle_s is None else f"{one.cycle_s:.1f} s",
        ]
        for one in told.whole.removals
    ]  # fmt: skip
    if not rows:
        return ""
    head = [t.tr(f"part.{name}") for name in ("attempt", "at", "bin", "became", "message", "cycle")]
    title = t.tr("part.removals")
    return panel(title, table(head, rows, title, words=5), "removals")


def _belt(told: Told, t: Teller) -> str:
    """Exposures and the frames that came of them."""
    whole = told.whole
    frames = {one.trigger: one for one in whole.frames}
    rows = []
    for one in whole.exposures:
        frame_of = None if one.trigger is None else frames.get(one.trigger)
        if frame_of is None:
            told_frame = t.tr("part.no_frame")
        elif frame_of.ok:
            took = (frame_of.received_ns - frame_of.exposure_ns) / 1e6
            told_frame = t.tr("part.frame_came", ms=f"{took:.0f}")
        else:
            told_frame = render(frame_of.error, t.lang)
        trigger = "–" if one.trigger is None else f"{one.trigger}"
        rows.append([f"{one.index}", trigger, told_frame, f"{one.encoder_m:.3f} m"])
    head = [t.tr(f"part.{name}") for name in ("exposure", "trigger", "frame", "encoder")]
    title = t.tr("part.exposures")
    if not rows:
        return panel(title, note(t.tr("part.no_exposures"), "no-exposures"), "exposures")
    return panel(title, table(head, rows, title, words=3), "exposures")
