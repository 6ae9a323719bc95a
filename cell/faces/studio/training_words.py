"""How training is told: durations, and what was measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cell.texts import Lang, tr
from cell.training.values import Job


def duration(seconds: float, lang: Lang) -> str:
    """In seconds below a minute and a half, else in minutes."""
    if seconds < 90:
        return tr("studio.training.seconds", lang, count=round(seconds))
    return tr("studio.training.minutes", lang, count=round(seconds / 60))


def measured(job: Job, lang: Lang) -> str:
    """What the model does on parts that chose nothing, or that nobody knows."""
    told = job.figures.get("report")
    if not isinstance(told, Mapping):
        return tr("studio.training.unmeasured", lang)
    return tr(
        "studio.training.measured",
        lang,
        parts=told["parts"],
        value=_value(told),
        escapes=told["escapes"]["count"],
        defective=told["escapes"]["of"],
        rejects=told["false_rejects"]["count"],
        good=told["false_rejects"]["of"],
    )


def _value(told: Mapping[str, Any]) -> str:
    if told["mAP50"] is None:
        return "–"
    between = told["mAP50_interval"]
    interval = f" ({between[0]:.2f} – {between[1]:.2f})" if between else ""
    return f"{told['mAP50']:.2f}{interval}"
