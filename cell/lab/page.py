"""The evaluation as one page for people: a single file that needs nothing from anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any, Final

import numpy as np

from cell.lab.cases import Case, part_picture, picture_of, worst_spots, wrong_parts
from cell.lab.charts import curve_chart, histogram
from cell.lab.figures import PLACE_IOU, thresholds_of
from cell.lab.measure import Evaluation
from vision.lab.evaluation.precision import curves, ranked

STYLE: Final = Path(__file__).with_name("page.css")
MOST_CASES: Final = 12
CURVE_IOU: Final = 0.5


def page(done: Evaluation, figures: dict[str, Any], *, resize: bool = False) -> str:
    """The whole report. figures: those of the evaluation, with date and command. Raises DataError
    for a picture that has gone meanwhile.
    """
    body = _head(figures) + _tiles(figures)
    if "classes" in figures:
        body += _summary(figures) + _class_table(figures) + _curves(done, figures)
        body += _confusion(figures["confusion"]) + _score_charts(done)
    if "parts" in figures:
        body += _parts(done, figures["parts"], resize)
    if "classes" in figures:
        body += _cases(done, resize)
    body += _troubles(figures["not_inspected"]) + _origin(figures)
    title = escape(f"Evaluation of {figures['recipe']}")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{STYLE.read_text(encoding='utf-8')}</style></head>"
        f"<body><main>{body}</main></body></html>\n"
    )


def _head(figures: dict[str, Any]) -> str:
    data = figures["data"]
    split = f", split {data['split']}" if data["split"] else ""
    groups = f", groups {', '.join(data['groups'])}" if data["groups"] else ""
    when = figures["date"][:16].replace("T", " ")
    which = f"{data['format']}{split}{groups}"
    what = f"{data['pictures']} pictures with {data['defects']} defects ({which})"
    return (
        f"<h1>{escape(figures['recipe'])}</h1><p>Model {escape(figures['model']['identity'])} on "
        f"{escape(figures['engine'])}; {escape(what)}; {escape(when)} UTC</p>"
        + (f"<p>{escape(figures['note'])}.</p>" if "note" in figures else "")
    )


def _tiles(figures: dict[str, Any]) -> str:
    tiles = []
    if "parts" in figures:
        parts = figures["parts"]
        for count, total, what, rate in (
            ("escapes", "defective", "escapes of {} defective", "escape_rate_95"),
            ("false_rejects", "good", "false rejects of {} good", "false_reject_rate_95"),
        ):
            low, high = parts[rate]
            style = "bad" if parts[count] else "good"
            words = f"{what.format(parts[total])}<br>95 %: {low:.1%} to {high:.1%}"
            tiles.append(_tile(str(parts[count]), words, style))
    named = {
        "map50": "mAP50",
        "map50_95": "mAP50-95",
        "deeppcb_ap": "DeepPCB AP",
        "deeppcb_f": "DeepPCB F at the thresholds",
        "image_auroc": "AUROC of pictures",
        "pixel_auroc": "AUROC of pixels",
        "pixel_ap": "AP of pixels",
    }
    tiles += [_tile(f"{figures[k]:.3f}", v) for k, v in named.items() if figures.get(k) is not None]
    tiles.append(_tile(f"{_show(figures['ms_per_image'], 0)} ms", "a picture, median"))
    return f'<div class="tiles">{"".join(tiles)}</div>'


def _tile(value: str, words: str, style: str = "") -> str:
    return f'<div class="tile {style}"><b>{escape(value)}</b><span>{words}</span></div>'


def _summary(figures: dict[str, Any]) -> str:
    keys = ("map50", "map50_95", "deeppcb_ap", "deeppcb_f", "deeppcb_f_best",
            "deeppcb_f_best_threshold", "deeppcb_f_steady_threshold")  # fmt: skip
    rows = [
        [title, *(_show(row[key]) for key in keys)]
        for title, row in (
            ("suppression within each class (customary)", figures),
            ("the same, without pictures not inspected", figures["inspected_only"]),
            ("one finding a place (as the cell runs)", figures["as_run"]),
        )
    ]
    heads = ["", "mAP50", "mAP50-95", "DeepPCB AP", "DeepPCB F", "best F", "at score", "steady"]
    return "<h2>Detections</h2>" + _table(heads, rows)


def _class_table(figures: dict[str, Any]) -> str:
    keys = ("precision", "recall", "ap50", "ap50_95")
    rows = [
        [name, _show(row["threshold"], 2), row["defects"], row["found"], row["false_alarms"]]
        + [_show(row[key]) for key in keys]
        for name, row in figures["classes"].items()
    ]
    heads = ["class", "threshold", "defects", "found", "false alarms", "precision", "recall",
             "AP50", "AP50-95"]  # fmt: skip
    words = (
        "Found, precision and recall: tested pictures, as the cell runs, at its thresholds; a "
        f"finding counts from an overlap (IoU) of {PLACE_IOU}. AP: customary suppression."
    )
    return f"<h3>By class</h3><p>{words}</p>" + _table(heads, rows)


def _curves(done: Evaluation, figures: dict[str, Any]) -> str:
    tested = [one.customary for one in done.seen if not one.golden]
    least = thresholds_of(done.recipe, done.classes)
    drawn = [
        curve_chart(name, curve, float(limit), f"AP50 {_show(figures['classes'][name]['ap50'])}")
        for name, curve, limit in zip(
            done.classes, curves(tested, len(done.classes), CURVE_IOU), least, strict=True
        )
    ]
    words = "At an overlap of 0.50, customary suppression; the ring marks the threshold in force."
    return f"<h2>Precision and recall</h2><p>{words}</p>{_grid(drawn)}"


def _confusion(told: dict[str, Any]) -> str:
    heads = "".join(f"<th>{escape(name)}</th>" for name in ["true \\ said", *told["said"]])
    last = len(told["said"]) - 1
    body = ""
    for i, (name, row) in enumerate(zip(told["truth"], told["counts"], strict=True)):
        cells = ""
        for j, count in enumerate(row):
            style = "none" if not count else "right" if i == j else "wrong"
            shown = "" if i == last and j == last else str(count)
            cells += f'<td class="{style}">{shown}</td>'
        body += f"<tr><td>{escape(name)}</td>{cells}</tr>"
    words = (
        f"Tested pictures, as the cell runs, at its thresholds, from an overlap of {told['iou']}."
    )
    table = f'<div class="wide"><table><tr>{heads}</tr>{body}</table></div>'
    return f"<h2>What is taken for what</h2><p>{words}</p>{table}"


def _score_charts(done: Evaluation) -> str:
    least = thresholds_of(done.recipe, done.classes)
    everything = [one.as_run for one in done.seen]
    drawn = [
        histogram(
            name,
            [("hit", scores[hits]), ("alarm", scores[~hits])],
            float(limit),
            done.recipe.review_threshold_of(name),
        )
        for name, (scores, hits, _), limit in zip(
            done.classes, ranked(everything, len(done.classes), PLACE_IOU), least, strict=True
        )
    ]
    key = (
        '<p class="key">Detections, good parts included; heights as square roots.'
        '<i style="background:var(--good)"></i>a defect of that class'
        '<i style="background:var(--bad)"></i>none there, or another class. '
        "Line: threshold; dashed: review.</p>"
    )
    return f"<h2>Scores</h2>{key}{_grid(drawn)}"


def _parts(done: Evaluation, parts: dict[str, Any], resize: bool) -> str:
    rows = []
    for name, total, count, rate, reviewed in (
        ("defective", "defective", "escapes", "escape_rate_95", "defective_reviewed"),
        ("good", "good", "false_rejects", "false_reject_rate_95", "good_reviewed"),
    ):
        low, high = parts[rate]
        wrong = f"{parts[count]} {count.replace('_', ' ')}"
        rows.append([name, parts[total], wrong, f"{low:.2%} to {high:.2%}", parts[reviewed]])
    heads = ["parts", "number", "wrong", "95 % interval", "to review"]
    looked = [one for one in done.seen if not one.trouble]
    groups = [
        (style, np.asarray([one.score for one in looked if one.good is good], np.float32))
        for style, good in (("goodpart", True), ("badpart", False))
    ]
    limit = min(map(done.recipe.threshold_of, done.recipe.classes))
    review = min(map(done.recipe.review_threshold_of, done.recipe.classes))
    chart = histogram("highest score: good, defective", groups, limit, review)
    words = (
        f"Good parts: {parts['good_parts']}. Intervals: Clopper-Pearson. Lines: the least "
        "threshold of all classes; dashed: the least from which a part goes to review."
    )
    html = f"<h2>Parts</h2><p>{escape(words)}</p>{_table(heads, rows)}<br>{_grid([chart])}"
    wrong_ones = wrong_parts(done.seen, done.recipe, done.classes, MOST_CASES)
    if wrong_ones:
        shown = [
            part_picture(one, said, done.recipe, done.classes, resize=resize)
            for one, said in wrong_ones
        ]
        html += f"<h3>Parts sorted wrongly</h3>{_figures(shown)}"
    return html


def _cases(done: Evaluation, resize: bool) -> str:
    html = (
        "<h2>Worst cases</h2><p>Left the tested board, right its golden picture. Dashed yellow: "
        "what is labelled; boxes with names: what the cell said.</p>"
    )
    unseen = sum(len(one.as_run.truth) for one in done.seen if one.trouble)
    if unseen:
        html += f"<p>{unseen} more defects lie on pictures that were not inspected.</p>"
    for kind, spots in worst_spots(done.seen, done.recipe, done.classes, MOST_CASES).items():
        shown = [picture_of(spot, done.recipe, done.classes, resize=resize) for spot in spots]
        html += f"<h3>{escape(kind.capitalize())}</h3>"
        html += _figures(shown) if shown else "<p>None.</p>"
    return html


def _figures(cases: Sequence[Case]) -> str:
    html = ""
    for case in cases:
        name, alone = escape(case.title, True), "" if case.golden else ' class="alone"'
        pictures = f'<img{alone} src="{case.board}" alt="board {name}">'
        if case.golden:
            pictures += f'<img src="{case.golden}" alt="golden picture or heat map of {name}">'
        words = f"<figcaption>{escape(case.words)}<br><span>{name}</span></figcaption>"
        html += f"<figure><div>{pictures}</div>{words}</figure>"
    return f'<div class="cases">{html}</div>'


def _troubles(troubles: Sequence[dict[str, str]]) -> str:
    if not troubles:
        return ""
    rows = [[trouble["name"], trouble["why"]] for trouble in troubles]
    words = "The cell rejects such parts as not inspected."
    return f"<h2>Not inspected</h2><p>{words}</p>" + _table(["picture", "why"], rows)


def _origin(figures: dict[str, Any]) -> str:
    data = figures["data"]
    told = {
        "command": figures["command"],
        "date": figures["date"],
        "model files, SHA-256": ", ".join(
            value for key, value in figures["model"].items() if key.endswith("sha256")
        ),
        "data": data["root"],
        "data, SHA-256": data["fingerprint_sha256"],
        "pictures resized": "yes" if data["resized"] else "no",
    }
    rows = "".join(f"<dt>{escape(k)}</dt><dd>{escape(str(v))}</dd>" for k, v in told.items())
    return f"<h2>Origin</h2><dl>{rows}</dl>"


def _table(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f'<div class="wide"><table><tr>{head}</tr>{body}</table></div>'


def _grid(drawn: Sequence[str]) -> str:
    return f'<div class="charts">{"".join(drawn)}</div>'


def _show(value: float | None, digits: int = 3) -> str:
    return "–" if value is None else f"{value:.{digits}f}"
