"""What happened to alarms, and their figures, in lines for a terminal."""

from __future__ import annotations

import time

from rich.table import Table

from cell.control.alarms.performance import ACCEPTABLE_PER_HOUR, FLOOD_IN_TEN_MIN, HOUR_NS
from cell.faces.cli.errors import UsageError
from cell.faces.cli.names import shown
from cell.faces.cli.terminal import terminal
from cell.faces.cli.when import clock
from cell.records.reading import Archive, EventsAsked
from cell.texts import ENGLISH


def tell_events(archive: Archive, asked: EventsAsked, last: int, as_json: bool) -> None:
    """The last events of a time."""
    from cell.faces.api.resources.alarm_events import (
        event_line,
    )  # others need not wait

    rows = archive.alarm_events(asked, limit=last).rows
    lines = [event_line(row, ENGLISH) for row in rows]
    if as_json:
        for line in lines:
            print(line.model_dump_json())
        return
    table = Table("when", "alarm", "event", "who", "why", "what")
    for row, line in zip(rows, lines, strict=True):
        event = row.kind + (" (shelved)" if row.shelved and row.kind == "raised" else "")
        who, why = shown(line.person), shown(line.reason.text)
        table.add_row(clock(row.stamp_ns), shown(row.alarm), event, who, why, shown(line.text.text))
    terminal().print(table)


def tell_figures(
    archive: Archive, since_ns: int | None, until_ns: int | None, as_json: bool
) -> None:
    """How the alarms of a time measure up; by default of eight hours. Raises UsageError."""
    end_ns = time.time_ns() if until_ns is None else until_ns
    start_ns = end_ns - 8 * HOUR_NS if since_ns is None else since_ns
    if start_ns >= end_ns:
        raise UsageError("--since is not before --until: there is no time between them.")
    found = archive.alarm_figures(start_ns, end_ns)
    if as_json:
        from cell.faces.api.resources.alarm_events import figures_told

        print(figures_told(found, ENGLISH).model_dump_json())
        return
    word = "within" if found.acceptable else "beyond"
    print(
        f"{found.alarms} alarms, {found.per_hour:.1f} an hour: {word} the {ACCEPTABLE_PER_HOUR:g} "
        f"that a person can follow (EEMUA 191); {found.shelved} more on the shelf."
    )
    print(
        f"at most {found.most_in_ten_min} in ten minutes; more than {FLOOD_IN_TEN_MIN} are a flood"
        f", which there was {100 * found.flood_share:.1f} % of the time."
    )
    table = Table("alarm", "times", "")
    for alarm, times in found.top:
        note = "chattering" if alarm in found.chattering else ""
        table.add_row(shown(alarm), str(times), note)
    for alarm, times in found.advisories:
        table.add_row(shown(alarm), str(times), "advisory")
    for one in found.stale:
        table.add_row(shown(one.alarm), "", f"stands since {clock(one.since_ns)}")
    if table.row_count:
        terminal().print(table)
