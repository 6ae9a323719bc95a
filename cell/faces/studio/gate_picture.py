"""What the gate says as a picture: a bar for each condition, how far it is, and what is missing."""

from __future__ import annotations

from nicegui import ui

from cell.faces.studio.visit import Visit
from cell.labels.reasons import Why
from cell.promotion.asking import Asked
from cell.promotion.claims import Standing
from cell.promotion.gate import Condition, Decision
from cell.promotion.words import condition
from cell.texts import render


def gate_picture(visit: Visit, asked: Asked) -> None:
    """Build it."""
    decision_picture(visit, asked.decision, unjudged=bool(asked.to_judge))


def decision_picture(visit: Visit, decision: Decision, *, unjudged: bool = False) -> None:
    """The same of a word of the gate. unjudged: parts wait to be judged."""
    with ui.element("div").classes("gate").props("data-test=gate"):
        outcome = visit.tr(f"gate.outcome.{decision.outcome.replace(' ', '_')}")
        ui.label(outcome).classes("gate-outcome").props("data-test=outcome")
        for one in decision.conditions:
            with ui.element("div").classes(f"gate-line gate-{one.standing}"):
                share = round(100 * progress(one))
                bar = ui.element("div").classes("gate-bar").props("aria-hidden=true")
                with bar:
                    ui.element("div").style(f"width: {share}%")
                ui.label(render(condition(one), visit.lang))
        if unjudged:
            ui.label(visit.tr("gate.unjudged", count=decision.unjudged)).classes("st-bad")
            queue = visit.link("/studio", why=Why.DISAGREEMENT)
            ui.link(visit.tr("studio.models.judge"), queue).classes("st-button").props(
                "data-test=to-judge"
            )


def progress(one: Condition) -> float:
    """How far a condition is, 0..1: parts seen of those that decide as it goes; 1 when decided."""
    if one.standing is not Standing.OPEN:
        return 1.0
    lacking = one.missing.expected if one.missing.expected is not None else one.missing.clean
    if lacking is None:
        return 0.0
    return one.seen / (one.seen + lacking) if one.seen + lacking else 0.0
