"""`cell jobs`: training jobs, all of them and one."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import typer
from rich.table import Table

from cell.faces.cli.names import shown
from cell.faces.cli.ordering import AsJson
from cell.faces.cli.terminal import terminal
from cell.faces.cli.training import DATA, Data, Number, figures, jobs_of, left, say_line, word
from cell.faces.cli.when import clock
from cell.texts import render
from cell.training.standing import job_now, jobs_now
from cell.training.values import Job, State

app = typer.Typer(no_args_is_help=True, help="Training jobs: look at them, end them, go on.")


@app.callback()
def _group() -> None:
    """Training jobs: look at them, end them, go on."""


@app.command("list")
def list_(data: Data = DATA, as_json: AsJson = False) -> None:
    """All jobs, newest first."""
    with jobs_of(data) as book:
        found = jobs_now(book)
    if as_json:
        print(json.dumps([_plain(job) for job in found], indent=2, ensure_ascii=False))
        return
    table = Table("job", "set", "recipe", "by", "since", "state", "done", "")
    for job in found:
        wish, done = job.wish, f"{job.progress.done:.0%}"
        table.add_row(
            f"{job.id}", shown(wish.label_set), wish.recipe, shown(job.by), clock(job.at_ns),
            word(job), done, render(job.why) or left(job),
        )  # fmt: skip
    terminal().print(table)


@app.command("show")
def show(job: Number, data: Data = DATA, as_json: AsJson = False) -> None:
    """Everything of one job: how far it is, its curve, and its figures."""
    with jobs_of(data) as book:
        one, curve = job_now(book, job), book.curve(job)
    if as_json:
        told = {**_plain(one), "curve": [asdict(point) for point in curve]}
        print(json.dumps(told, indent=2, ensure_ascii=False))
        return
    wish, progress = one.wish, one.progress
    say_line(f"job {one.id}: {word(one)} {progress.done:.0%} {render(one.why) or left(one)}")
    say_line(f"of the label set {wish.label_set} ({one.fingerprint[:12]}) for {wish.recipe}")
    say_line(f"wanted by {one.by}, {clock(one.at_ns)}; at work for {one.run_s:.0f} s")
    say_line(f"epoch {progress.epoch} of {progress.epochs}, step {progress.step}/{progress.steps}")
    for point in curve:
        if point.value is not None:
            say_line(f"  epoch {point.epoch}: loss {point.loss:.3f}, mAP50 {point.value:.3f}")
    if one.state is State.DONE:
        say_line(f"{data / one.package}, version {one.figures.get('version')}")
        say_line(figures(one))


def _plain(job: Job) -> dict[str, Any]:
    return {**asdict(job), "left_s": job.left_s, "why": render(job.why)}
