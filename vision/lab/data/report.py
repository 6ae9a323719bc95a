"""The check's findings as one HTML page that needs nothing beside it: pictures are inlined."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.ground.writing import write_whole
from vision.lab.data.findings import Corners, Finding, Severity
from vision.lab.data.names import printable
from vision.lab.data.reading import Watch, unwatched
from vision.lab.data.stats import Counts, Stats
from vision.lab.data.types import DataSet, Sample
from vision.pictures import UnreadableError, is_picture, read_pixels, to_grey8

THUMB = 236
"""Longer side of an inlined picture [px]."""
_PICTURED, _PICTURES, _LISTED = 24, 4, 300
_BOX, _MEANT, _OUTLINE = (90, 255, 120), (60, 60, 255), (0, 0, 0)


def write_report(
    path: Path, data: DataSet, found: Sequence[Finding], stats: Stats, watch: Watch = unwatched
) -> None:
    """Write the page, whole or not at all. Raises WriteError."""
    write_whole(path, render(data, found, stats, watch))


def render(data: DataSet, found: Sequence[Finding], stats: Stats, watch: Watch = unwatched) -> str:
    """The page. Of each kind the first findings are shown with pictures, the others listed."""
    samples = {sample.name: sample for sample in data.samples}
    kinds: dict[tuple[Severity, str], list[Finding]] = {}
    for finding in found:
        kinds.setdefault((finding.severity, finding.kind.value), []).append(finding)
    sections = [
        _section(severity, heading, findings, samples)
        for (severity, heading), findings in watch(list(kinds.items()), "report")
    ]
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Data check: {_said(data.root.name)}</title><style>{_style()}</style></head><body><main>
<h1>Data check: {_said(data.root.name)}</h1>
<div class="soft">{_said(str(data.root))} · format {_said(data.format)}</div>
{_verdict(found)}
{_tiles(stats.whole, len(data.classes))}
{_classes(stats.whole)}
{_splits(data.classes, stats)}
{"".join(sections)}
</main></body></html>
"""


@cache
def _style() -> str:
    return files("vision.lab.data").joinpath("report.css").read_text(encoding="utf-8")


def _verdict(found: Sequence[Finding]) -> str:
    errors = sum(finding.severity is Severity.ERROR for finding in found)
    if not found:
        return '<div class="verdict clean">Nothing found</div>'
    words = f"{_many(errors, 'error')}, {_many(len(found) - errors, 'warning')}"
    return f'<div class="verdict {"error" if errors else "warning"}">{words}</div>'


def _many(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _tiles(counts: Counts, classes: int) -> str:
    tiles = {"sound pictures": counts.pictures, "good parts": counts.good, "groups": counts.groups}
    tiles |= {"boxes": counts.boxes, "classes": classes, "picture sizes": len(counts.sizes)}
    cells = (f'<div class="tile"><b>{number}</b>{name}</div>' for name, number in tiles.items())
    return f'<div class="tiles">{"".join(cells)}</div>'


def _classes(counts: Counts) -> str:
    rows: list[Sequence[str]] = [("class", "boxes", "pictures", "groups", "width px", "height px")]
    for row in counts.classes:
        spans = [row.sizes.width, row.sizes.height] if row.sizes else []
        sizes = [" / ".join(f"{v:.0f}" for v in span) for span in spans] or ["", ""]
        rows.append((row.name, str(row.boxes), str(row.pictures), str(row.groups), *sizes))
    return f"<h2>Classes</h2>{_table(rows)}<div class='soft'>sizes: 5 % / median / 95 %</div>"


def _splits(classes: Sequence[str], stats: Stats) -> str:
    if not stats.splits:
        return ""
    splits = stats.splits.values()
    rows: list[Sequence[str]] = [("pictures", *stats.splits)]
    rows.append(("all", *(str(counts.pictures) for counts in splits)))
    rows.append(("good", *(str(counts.good) for counts in splits)))
    for i, name in enumerate(classes):
        rows.append((name, *(str(counts.classes[i].pictures) for counts in splits)))
    rows.append(("groups", *(str(counts.groups) for counts in splits)))
    return f"<h2>Splits</h2>{_table(rows)}"


def _table(rows: Iterable[Sequence[str]]) -> str:
    head, *body = ([_said(cell) for cell in row] for row in rows)
    lines = "".join(f"<tr><td>{'</td><td>'.join(row)}</td></tr>" for row in body)
    return f"<table><tr><th>{'</th><th>'.join(head)}</th></tr>{lines}</table>"


def _section(
    severity: Severity, heading: str, findings: Sequence[Finding], samples: dict[str, Sample]
) -> str:
    shown = "".join(_finding(finding, samples) for finding in findings[:_PICTURED])
    rest = findings[_PICTURED:]
    listed = ""
    if rest:
        items = "".join(f"<li>{_said(finding.text)}</li>" for finding in rest[:_LISTED])
        cut = f" (the first {_LISTED} are listed)" if len(rest) > _LISTED else ""
        words = f"{len(rest)} more{cut}"
        listed = f"<details><summary>{words}</summary><ul>{items}</ul></details>"
    tag = f'<span class="tag {severity.value}">{_many(len(findings), severity.value)}</span>'
    return f"<section><h2>{_said(heading)} {tag}</h2>{shown}{listed}</section>"


def _said(text: object) -> str:
    """A name or sentence as it is, in HTML and in one line."""
    return escape(printable(str(text)))


def _finding(finding: Finding, samples: dict[str, Sample]) -> str:
    named = [samples[name] for name in finding.samples if name in samples]
    figures = [_figure(s.image, s.name, s, finding.box) for s in named[:_PICTURES]]
    if not named and is_picture(finding.file):
        figures = [_figure(finding.file, finding.file.name, None, finding.box)]
    more = len(named) - _PICTURES
    figures += [f"<figcaption>and {more} more</figcaption>"] if more > 0 else []
    return (
        f'<div class="finding"><div class="file">{_said(finding.file)}</div>'
        f"<p>{_said(finding.what)}</p><p class='soft'>To do: {_said(finding.remedy)}</p>"
        f'<div class="pictures">{"".join(figures)}</div></div>'
    )


def _figure(path: Path, name: str, sample: Sample | None, meant: Corners | None) -> str:
    try:
        pixels = read_pixels(path)
    except (UnreadableError, OSError):
        return ""
    colour = pixels if pixels.dtype == np.uint8 and pixels.ndim == 3 else to_grey8(pixels)
    image = _thumb(np.asarray(colour, np.uint8), sample, meant)
    done, code = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 80])
    text = base64.b64encode(code.tobytes()).decode() if done else ""
    caption = _said(name if sample is None else f"{name} · group {sample.group}")
    return (
        f'<figure><img src="data:image/jpeg;base64,{text}" alt="{_said(name)}">'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _thumb(
    image: NDArray[np.uint8], sample: Sample | None, meant: Corners | None
) -> NDArray[np.uint8]:
    """A small colour copy: the sample's boxes in green, the box that is meant in red."""
    scale = THUMB / max(image.shape[:2])
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
    small = cv2.resize(image, size, interpolation=method)
    if small.ndim == 2:
        small = cv2.cvtColor(small, cv2.COLOR_GRAY2BGR)
    small = np.ascontiguousarray(small[:, :, :3])
    boxes = [] if sample is None else [(box, _BOX) for box in sample.boxes.tolist()]
    drawn = meant is not None and all(map(math.isfinite, meant))
    for box, colour in [*boxes, *([(meant, _MEANT)] if drawn and meant else [])]:
        x1, y1, x2, y2 = (int(np.clip(v * scale, -1e4, 1e4)) for v in box)
        far = (max(x2, x1 + 3), max(y2, y1 + 3))
        cv2.rectangle(small, (x1 - 1, y1 - 1), (far[0] + 1, far[1] + 1), _OUTLINE, 1)
        cv2.rectangle(small, (x1, y1), far, colour, 1)
    return np.asarray(small, np.uint8)
