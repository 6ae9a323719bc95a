"""The run report as a table for people."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from cell.faces.cli.names import shown
from cell.launcher.host import MUCH


def print_summary(console: Console, report: dict[str, Any]) -> None:
    """Print the essentials of a run report."""
    table = Table(title="run report", title_justify="left", show_header=False)
    table.add_column(style="bold")
    table.add_column()
    parts, truth, removals = report["parts"], report["truth"], report["removals"]
    table.add_row("parts", _counts(parts))
    if truth:
        table.add_row("truth (twin)", _counts(truth))
    cycle, grasp = removals["cycle_s"], removals["grasp_error_mm"]
    table.add_row(
        "removals", _counts({k: removals[k] for k in ("requested", "confirmed", "missed")})
    )
    table.add_row("cycle time", f"p50 {_number(cycle['p50'])} s, p95 {_number(cycle['p95'])} s")
    table.add_row("grasp error", f"p50 {_number(grasp['p50'])} mm, max {_number(grasp['max'])} mm")
    for name, value in report["latency_ms"].items():
        table.add_row(
            name.replace("_", " "),
            f"p50 {_number(value['p50'])} ms, p99 {_number(value['p99'])} ms",
        )
    table.add_row("frames", _counts(report["frames"]))
    stops = report["belt_stops"]
    table.add_row(
        "belt stops", f"fault {stops['fault']}, wait {stops['wait']} ({_number(stops['wait_s'])} s)"
    )
    total = sum(p["peak_rss_mib"] for p in report["processes"].values())
    busy = sum(p["cpu_s"] for p in report["processes"].values())
    used = f"{len(report['processes'])}: {total:.0f} MiB together, {busy:.0f} s of CPU"
    table.add_row("processes", used)
    lost = report["host_lost_percent"]
    if lost >= MUCH:
        table.add_row("host", f"gave {lost:.0f} % of the processor to other machines")
    which = f"{report['model']}, {report['recipe']}, seed {report['seed']}"
    table.add_row("model, recipe", shown(which))
    console.print(table)


def _counts(values: dict[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in values.items())


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")
