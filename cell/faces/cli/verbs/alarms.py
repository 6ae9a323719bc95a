"""`cell alarms`: alarms that stand, and those on record."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from cell.client.model import Alarm
from cell.client.running import RunningCell
from cell.control.alarms import CATALOGUE, alarm_text
from cell.faces.cli.alarm_events import tell_events, tell_figures
from cell.faces.cli.errors import UsageError
from cell.faces.cli.given import refuse
from cell.faces.cli.names import shown
from cell.faces.cli.ordering import AsJson, Data, Domain, Namespace, data_of, namespace_of
from cell.faces.cli.terminal import terminal
from cell.faces.cli.when import clock, stamp_of
from cell.records.reading import AlarmRow, AlarmsAsked, Archive, EventsAsked
from cell.texts import ENGLISH, render


def alarms(
    context: typer.Context,
    history: Annotated[
        bool, typer.Option("--history", help="Those on record instead, the newest first.")
    ] = False,
    events: Annotated[
        bool, typer.Option("--events", help="What happened to alarms instead, the last first.")
    ] = False,
    figures: Annotated[
        bool,
        typer.Option("--figures", help="How many, which, and whether a person can follow them."),
    ] = False,
    since: Annotated[str, typer.Option(help="Raised from then on, e.g. 2026-01-31T06:00.")] = "",
    until: Annotated[str, typer.Option(help="Raised before then.")] = "",
    last: Annotated[
        int, typer.Option(min=1, max=1000, help="How many of them, the newest first.")
    ] = 20,
    domain: Domain = None,
    namespace: Namespace = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show the alarms that stand in the running cell; with --history those on record, with --events
    what happened to them, with --figures how they measure up against EEMUA 191 and ISA-18.2.

    Exit code 0 when none waits to be acknowledged (and of records), 1 when one does, 2 when no cell
    answers or there are no records.
    """
    if history + events + figures > 1:
        raise UsageError("--history, --events and --figures exclude each other: choose one.")
    if figures:
        refuse(context, "with --figures", "last")
        start_ns, end_ns = stamp_of("--since", since), stamp_of("--until", until)
        archive = Archive(data_of(data, domain, namespace_of(namespace)))
        tell_figures(archive, start_ns, end_ns, as_json)
        return
    if events:
        window = EventsAsked(
            since_ns=stamp_of("--since", since), until_ns=stamp_of("--until", until)
        )
        tell_events(Archive(data_of(data, domain, namespace_of(namespace))), window, last, as_json)
        return
    if history:
        asked = AlarmsAsked(stamp_of("--since", since), stamp_of("--until", until))
        _history(Archive(data_of(data, domain, namespace_of(namespace))), asked, last, as_json)
        return
    refuse(context, "without --history, --events or --figures", "since", "until", "last", "data")
    waiting = _standing(domain, namespace, as_json)
    if waiting:
        raise typer.Exit(1)


def _standing(domain: int | None, namespace: str | None, as_json: bool) -> int:
    """How many wait to be acknowledged."""
    with RunningCell(domain, namespace_of(namespace)) as cell:
        cell.find()
        cell.settle()
        view = cell.view()
    assert view.cell is not None
    found = view.alarms
    if as_json:
        from cell.faces.api.resources.state import standing  # only those who want it wait for it

        for alarm in found:
            print(standing(alarm, ENGLISH).model_dump_json())
    elif found or view.cell.shelved:
        table = Table("alarm", "since", "priority", "acknowledged", "what")
        for alarm in found:
            table.add_row(*_cells(alarm))
        for one in view.cell.shelved:
            until = f"shelved until {clock(round(one.until_s * 1e9))} ({shown(one.by)})"
            table.add_row(*_cells(one.alarm)[:3], until, shown(render(one.alarm.text)))
        terminal().print(table)
    else:
        print("no alarm stands.")
    return sum(not (alarm.acknowledged or alarm.advisory) for alarm in found)


def _cells(alarm: Alarm) -> tuple[str, ...]:
    seen = "-" if alarm.advisory else ("yes" if alarm.acknowledged else "no")
    words = render(alarm.text) + ("" if alarm.active else " (over)")
    raised = clock(round(alarm.raised_s * 1e9))
    return shown(alarm.id), raised, str(alarm.priority), seen, shown(words)


def _history(archive: Archive, asked: AlarmsAsked, last: int, as_json: bool) -> None:
    rows = archive.alarms(asked, limit=last).rows
    if as_json:
        from cell.faces.api.resources.alarms import alarm_line  # only those who want it wait for it

        for row in rows:
            print(alarm_line(row, ENGLISH).model_dump_json())
        return
    table = Table("alarm", "raised", "over", "acknowledged by", "what")
    for row in rows:
        over = "" if row.cleared_ns is None else clock(row.cleared_ns)
        seen, what = shown(row.acknowledged_by), shown(_words(row))
        table.add_row(shown(row.alarm), clock(row.raised_ns), over, seen, what)
    terminal().print(table)


def _words(row: AlarmRow) -> str:
    known = row.alarm in CATALOGUE
    return render(alarm_text(row.alarm, row.detail) if known else row.detail)
