"""The command `cell`. A verb a file."""

from __future__ import annotations

import math
import sys
from importlib.metadata import version
from typing import Annotated, Any

import typer

from cell.faces.cli.verbs import (
    acknowledge,
    alarms,
    audit,
    bag,
    bench,
    clear,
    data,
    doctor,
    drain,
    evaluate,
    inspect,
    jobs,
    jobs_cancel,
    jobs_host,
    jobs_resume,
    jobs_run,
    labels,
    model,
    model_change,
    model_import,
    model_shadow,
    model_thresholds,
    override,
    parts,
    practice,
    quality,
    quality_acceptance,
    quality_audit,
    quality_gauge,
    quality_monitors,
    reassess,
    recipe,
    recipe_use,
    records,
    records_prune,
    records_rebuild,
    reset,
    run,
    shelve,
    start,
    status,
    stop,
    teach,
    thresholds,
    train,
    twin,
    unshelve,
    user,
    user_accounts,
    user_token,
)
from cell.faces.cli.verbs import bin as bin_exchange
from models.ground.ending import REFUSED, refuse

app = typer.Typer(
    name="cell",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",  # the other kind swallows units such as [m/s]
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        print(f"inspection-cell {version('inspection-cell')} (Python {sys.version.split()[0]})")
        raise typer.Exit


@app.callback()
def _cell(
    _: Annotated[
        bool,
        typer.Option(
            "--version", callback=_tell_version, is_eager=True, help="Print the version and end."
        ),
    ] = False,
) -> None:
    """An inspection cell: camera, detector, robot arm, ledger - or its twin on this machine."""


app.command("run")(run.run)
app.command("status")(status.status)
app.command("start")(start.start)
app.command("stop")(stop.stop)
app.command("drain")(drain.drain)
app.command("reset")(reset.reset)
app.command("clear")(clear.clear)
app.command("acknowledge")(acknowledge.acknowledge)
app.command("shelve")(shelve.shelve)
app.command("unshelve")(unshelve.unshelve)
app.command("bin")(bin_exchange.bin_)
app.command("alarms")(alarms.alarms)
app.command("parts")(parts.parts)
app.command("override")(override.override)
app.command("reassess")(reassess.reassess)
app.command("inspect")(inspect.inspect)
app.command("train")(train.train)
app.command("evaluate")(evaluate.evaluate)
app.command("teach")(teach.teach)
app.command("thresholds")(thresholds.thresholds)
app.command("twin")(twin.twin)
app.command("practice")(practice.practice)
app.command("doctor")(doctor.doctor)
app.add_typer(bag.app, name="bag")
app.add_typer(bench.app, name="bench")
app.add_typer(data.app, name="data")
app.add_typer(labels.app, name="labels")
jobs.app.command("cancel")(jobs_cancel.cancel)
jobs.app.command("resume")(jobs_resume.resume)
jobs.app.command("run")(jobs_run.run)
jobs.app.command("host")(jobs_host.host)
app.add_typer(jobs.app, name="jobs")
model.app.command("add")(model_change.add)
model.app.command("try")(model_change.try_)
model.app.command("promote")(model_change.promote)
model.app.command("rollback")(model_change.rollback)
model.app.command("import")(model_import.import_)
model.app.command("shadow")(model_shadow.shadow)
model.app.command("thresholds")(model_thresholds.thresholds)
app.add_typer(model.app, name="model")
quality.app.add_typer(quality_gauge.app, name="gauge")
quality.app.add_typer(quality_audit.app, name="audit")
quality.app.add_typer(quality_acceptance.app, name="acceptance")
quality.app.add_typer(quality_monitors.app, name="monitors")
app.add_typer(quality.app, name="quality")
recipe.app.command("use")(recipe_use.use)
app.add_typer(recipe.app, name="recipe")
records.app.command("prune")(records_prune.prune)
records.app.command("rebuild")(records_rebuild.rebuild)
app.add_typer(records.app, name="records")
user.app.command("add")(user_accounts.add)
user.app.command("change")(user_accounts.change)
user.app.command("disable")(user_accounts.disable)
user.app.command("token")(user_token.token)
user.app.command("end-sessions")(user_accounts.end_sessions)
app.add_typer(user.app, name="user")
app.add_typer(audit.app, name="audit")


def run_verb(words: list[str] | None = None) -> int:
    """Run what the command line asks for; its exit code. What a verb raises goes on upwards.

    The library's own way to do this ends a program whose output nobody reads with exit code 1,
    which is an answer of `cell inspect`, and frames its errors in several lines.
    """
    command = typer.main.get_command(app)
    _require_finite(command)
    try:
        with command.make_context("cell", sys.argv[1:] if words is None else words) as context:
            command.invoke(context)
    except typer.Exit as ended:
        return ended.exit_code
    except typer.Abort:
        return refuse("ended: nobody answered the question")
    except typer.TyperException as error:
        return _misused(error)
    return 0


def _require_finite(command: Any) -> None:
    """Refuse numbers without end and what is no number, in every option of every verb."""
    for verb in getattr(command, "commands", {}).values():
        _require_finite(verb)
    for option in command.params:
        option.callback = option.callback or _finite


def _finite(_: object, __: object, value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        raise typer.BadParameter(f"{value:g} is no number to work with.")
    return value


def _misused(error: typer.TyperException) -> int:
    """A wrong command line; where words are missing altogether, the help has been printed."""
    context = getattr(error, "ctx", None)
    said = error.format_message().strip()
    path = context.command_path if context is not None else "cell"
    if said:
        return refuse(f"{said.rstrip('.')}; `{path} --help` tells what there is")
    return REFUSED
