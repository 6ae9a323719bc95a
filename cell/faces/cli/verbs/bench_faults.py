"""`cell bench faults`: faults on purpose against the real processes, again and again."""

from __future__ import annotations

import json
import shutil
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from cell.config import load
from cell.faces.cli.demo import demo_twin
from cell.faces.cli.errors import UsageError
from cell.faces.cli.given import refuse
from cell.faces.cli.names import shown
from cell.faces.cli.ordering import OwnDomain, OwnNamespace, namespace_of
from cell.faces.cli.terminal import terminal
from cell.launcher.campaign.campaign import Campaign
from cell.launcher.campaign.outcome import Outcome, summary
from cell.launcher.campaign.plan import plan
from cell.launcher.campaign.stand import Site
from cell.launcher.demo import demo_overrides
from cell.launcher.ports import free_port
from models.ground.writing import write_whole

MINUTES = 18.5
LONG_CUTS = 200


def faults(
    context: typer.Context,
    only: Annotated[str, typer.Option(help="Only cases whose name fits, e.g. 'table/*kill*'.")] = (
        "*"
    ),
    list_only: Annotated[
        bool, typer.Option("--list", help="Only say what would be tried.")
    ] = False,
    every: Annotated[
        bool, typer.Option("--all", help="Everything: the whole table and all pairs; hours.")
    ] = False,
    number_of_cuts: Annotated[int, typer.Option("--cuts", min=0, help="Power cuts.")] = 4,
    minutes: Annotated[
        float, typer.Option(min=1.0, help="What does not fit into this time is left out.")
    ] = MINUTES,
    seed: Annotated[int, typer.Option(help="Of the choice of cases, and of the twin.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    data: Annotated[
        Path | None, typer.Option(help="Folder of the campaign; default: a new one under runs/.")
    ] = None,
    host: Annotated[str, typer.Option(help="Loopback address of the twin.")] = "127.0.0.1",
    domain: OwnDomain = None,
    namespace: OwnNamespace = None,
) -> None:
    """Break the cell in every way that stands in the tables, and see that the law holds, that each
    fault has its alarm, and that a person gets the cell back to work. docs/faults.md tells more.

    Exit code 0 only if nothing broke the law, missed its alarm or stayed down.
    """
    if every:
        refuse(context, "beside --all, which takes all the time it needs", "minutes")
    if list_only:
        refuse(
            context,
            "beside --list, which runs nothing",
            "as_json",
            "data",
            "host",
            "domain",
            "namespace",
        )
        if only != "*":
            refuse(context, "beside --list --only, which shows all that fit", "minutes")
    budget_s = float("inf") if every else 60.0 * minutes
    entries = plan(seed, only, number_of_cuts, budget_s, every=every)
    if not entries:
        raise UsageError(f"no case fits '{only}'; --list shows their names.")
    if not any(entry.kind == "cut" for entry in entries) and number_of_cuts:
        refuse(context, f"with --only '{only}', which fits no power cut", "number_of_cuts")
    if list_only:
        for entry in entries:
            print(entry.name)
        return
    space = namespace_of(namespace)
    folder = (data or Path("runs") / f"faults-{time.time_ns() % 10**9}").resolve()
    console = terminal(stderr=as_json)
    campaign = Campaign(
        folder, lambda place, small: _site(place, host, domain, space, seed, small=small),
        lambda text: console.print(text, markup=False, highlight=False, soft_wrap=True), budget_s,
    )  # fmt: skip
    # Whoever ends it gets the report of what was tried until then, and no process stays behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    ended = False
    try:
        campaign.run(entries)
    except KeyboardInterrupt:
        ended = True
        told = {outcome.name for outcome in campaign.outcomes} | set(campaign.not_run)
        campaign.not_run += [entry.name for entry in entries if entry.name not in told]
    finally:
        content = summary(campaign.outcomes, campaign.not_run, seed)
        shutil.rmtree(folder / "second", ignore_errors=True)
        _write(folder / "faults.json", content)
    if as_json:
        json.dump(content, sys.stdout, indent=2)
        print()
    _show(console, campaign.outcomes, content, folder)
    if ended or content["law_broken"] or content["no_alarm"] or content["not_recovered"]:
        raise typer.Exit(1)


def cuts(
    context: typer.Context,
    number: Annotated[int, typer.Option("--cuts", min=1, help="Power cuts.")] = LONG_CUTS,
    seed: Annotated[int, typer.Option(help="Of the moments, and of the twin.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    data: Annotated[
        Path | None, typer.Option(help="Folder of the campaign; default: a new one under runs/.")
    ] = None,
    host: Annotated[str, typer.Option(help="Loopback address of the twin.")] = "127.0.0.1",
    domain: OwnDomain = None,
    namespace: OwnNamespace = None,
) -> None:
    """Power cuts alone, as many as wanted: 200 take more than an hour."""
    faults(
        context, "cut/*", list_only=False, every=True, number_of_cuts=number, minutes=MINUTES,
        seed=seed, as_json=as_json, data=data, host=host, domain=domain,
        namespace=namespace,
    )  # fmt: skip


def _site(
    folder: Path, host: str, domain: int | None, namespace: str, seed: int, *, small: bool
) -> Site:
    """A demo cell and its twin in this folder."""
    overrides: dict[str, Any] = demo_overrides(host, folder) | {
        "data_dir": str(folder),
        "namespace": namespace,
        "hmi.host": host,
        "hmi.port": free_port(host),
    }
    if small:
        overrides["recorder.min_free_mib"] = 16
    config = load(None, overrides)
    own = folder.with_name(f"{folder.name}-twin")
    twin = demo_twin(config, host, folder, seed=seed, parts=0, pitch=0.35, defective=0.5)
    settings = {**twin.settings, "truth_file": str(own / "truth.json")}
    return Site(folder, config, replace(twin, folder=own, settings=settings), domain)


def _write(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(content, indent=2) + "\n")


def _show(console: Console, outcomes: list[Outcome], content: dict[str, Any], folder: Path) -> None:
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        group, _, rest = outcome.name.partition("/")
        state = rest.partition("/")[0] if group in ("table", "whole") else ""
        groups.setdefault(f"{group} {state}".strip(), []).append(outcome)
    heads = ("cases", "law broken", "no alarm", "not recovered", "needless", "skipped", "s")
    table = Table("", *heads, title="cell bench faults")
    for name, found in groups.items():
        counts = [
            len(found),
            sum(bool(o.law) for o in found),
            sum(bool(o.no_alarm) for o in found),
            sum(bool(o.not_recovered) for o in found),
            sum(bool(o.needless) for o in found),
            sum(bool(o.skipped) for o in found),
            round(sum(o.seconds for o in found)),
        ]
        table.add_row(shown(name), *map(str, counts))
    console.print(table)
    for outcome in outcomes:
        if not outcome.good or outcome.skipped:
            console.print(f"{outcome.name}: {outcome.verdict}", markup=False, soft_wrap=True)
    if content["not_run"]:
        console.print(f"{len(content['not_run'])} cases did not fit into the time.")
    console.print(
        f"Law broken {len(content['law_broken'])}, no alarm {len(content['no_alarm'])}, "
        f"not recovered {len(content['not_recovered'])} of "
        f"{content['cases']['count']} cases. Report: {folder / 'faults.json'}",
        markup=False,
        soft_wrap=True,
    )
