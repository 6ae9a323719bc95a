"""The command `cell`. A verb a file."""

from __future__ import annotations

import typer

from cell.cli.verbs import (
    bench,
    data,
    doctor,
    evaluate,
    inspect,
    records,
    records_prune,
    run,
    teach,
    thresholds,
    train,
    twin,
)

app = typer.Typer(
    name="cell",
    help="An inspection cell: camera, detector, robot arm, ledger - or its twin on this machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("run")(run.run)
app.command("inspect")(inspect.inspect)
app.command("train")(train.train)
app.command("evaluate")(evaluate.evaluate)
app.command("teach")(teach.teach)
app.command("thresholds")(thresholds.thresholds)
app.command("twin")(twin.twin)
app.command("doctor")(doctor.doctor)
app.add_typer(bench.app, name="bench")
app.add_typer(data.app, name="data")
records.app.command("prune")(records_prune.prune)
app.add_typer(records.app, name="records")
