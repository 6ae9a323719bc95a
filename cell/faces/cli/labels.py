"""Labelled pictures on the command line: the options that all verbs share, and what the reader
left out or repaired, shown by all of them.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cell.faces.cli.terminal import terminal
from vision.lab.data.findings import Finding, Severity
from vision.lab.data.open import open_data
from vision.lab.data.reading import Unlabelled, Watch, unwatched
from vision.lab.data.types import DataSet

_FEW = 3

GroupBy = Annotated[
    str | None,
    typer.Option(help="Regular expression: what it finds in a picture's name is its group."),
]
NotLabelled = Annotated[
    Unlabelled,
    typer.Option(
        "--unlabelled", help="Pictures without a label: refuse the data, take as good, or skip."
    ),
]
AcceptLosses = Annotated[
    bool,
    typer.Option(
        "--accept-losses", help="Go on when labels or pictures are lost, without such pictures."
    ),
]


def print_findings(console: Console, found: Sequence[Finding], most: int) -> None:
    """The first of each kind, errors first."""
    by_kind: dict[tuple[Severity, str], list[Finding]] = {}
    for finding in sorted(found, key=lambda one: not one.lost):
        by_kind.setdefault((finding.severity, finding.kind.value), []).append(finding)
    for (severity, heading), findings in by_kind.items():
        colour = "red" if severity is Severity.ERROR else "yellow"
        title = f"[bold {colour}]{severity.value}: {heading}[/] ({len(findings)})"
        console.print(title, highlight=False)
        for finding in findings[:most]:
            console.print(f"  {finding.text}", soft_wrap=True, highlight=False, markup=False)
        if len(findings) > most:
            console.print(f"  and {len(findings) - most} more", highlight=False)


def tell_findings(found: Sequence[Finding]) -> None:
    """What the reader left out or repaired, on the error stream: a count and the first of each
    kind. Nothing where there is nothing.
    """
    if not found:
        return
    console = terminal(stderr=True)
    print_findings(console, found, _FEW)
    lost = sum(finding.lost for finding in found)
    what = f"{len(found) - lost} warnings of the labels"
    if lost:
        what = f"{lost} losses, left out with their pictures as told (--accept-losses); {what}"
    console.print(f"{what}; `cell data check` lists them all", highlight=False, soft_wrap=True)


@dataclass(frozen=True)
class LabelReading:
    """How labelled pictures are read: what these options say."""

    format: str
    group_by: str | None
    unlabelled: Unlabelled
    accept_losses: bool

    def open(self, data: Path, watch: Watch = unwatched) -> DataSet:
        """The data set, after having told what its reader left out or repaired."""
        opened = open_data(
            data,
            self.format,
            self.group_by,
            watch,
            unlabelled=self.unlabelled,
            accept_losses=self.accept_losses,
        )
        tell_findings(opened.findings)
        return opened

    @property
    def options(self) -> str:
        """The same options for `cell evaluate`."""
        said = ["--group-by", self.group_by] if self.group_by else []
        said += [] if self.unlabelled is Unlabelled.REFUSE else ["--unlabelled", self.unlabelled]
        said += ["--accept-losses"] if self.accept_losses else []
        return f" {shlex.join(said)}" if said else ""
