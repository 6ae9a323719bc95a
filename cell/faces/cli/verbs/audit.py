"""`cell audit`: what people did, and whether the log of it is what was written."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cell.faces.cli.errors import UsageError
from cell.faces.cli.people_here import settings_of
from cell.faces.cli.progress import watched
from cell.faces.cli.verbs.user import DATA, Config, Data
from cell.people.audit import AuditLog
from cell.people.audit_findings import Finding
from cell.people.audit_reading import Wanted, as_csv, as_json_lines, read
from cell.people.audit_verify import verify as check_log
from cell.people.entries import Entry
from cell.people.incidents import ACCEPTED, told
from cell.people.shell import at_shell
from cell.texts import render
from models.ground.writing import require_target, write_whole
from vision.lab.data.names import printable

app = typer.Typer(no_args_is_help=True, help="Read and check the log of what people did.")


class Format(StrEnum):
    """How a log is exported."""

    JSONL = "jsonl"
    CSV = "csv"


@app.callback()
def _group() -> None:
    """Read and check the log of what people did."""


@app.command("verify")
def verify(
    data: Data = DATA,
    config: Config = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of lines.")] = False,
) -> None:
    """Check every entry of the audit log, their order, and that its end is there; changes nothing.

    Exit code 0 when all is as it was written, 1 with findings, 2 when it cannot be read.
    """
    keys = settings_of(data, config).keys_beside(data)
    found: list[Finding] = []
    for finding in check_log(data, keys, watched):
        found.append(finding)
        if not as_json:
            print(f"{finding.kind}: {render(finding.what)}: {render(finding.remedy)}")
    if as_json:
        print(json.dumps([_plain(finding) for finding in found], indent=2))
    elif not found:
        print(f"{data}: the audit log is as it was written.")
    if found:
        raise typer.Exit(1)


@app.command("list")
def list_(
    data: Data = DATA,
    person: Annotated[str, typer.Option(help="Only what this person did.")] = "",
    what: Annotated[
        str, typer.Option(help="Only what begins so, e.g. order or account.role.")
    ] = "",
    last: Annotated[int, typer.Option(min=1, help="How many of the newest entries.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON lines.")] = False,
) -> None:
    """The newest entries of the audit log, newest last."""
    found = [*read(data, Wanted(person=person, what=what, newest_first=True, limit=last))][::-1]
    if as_json:
        print(as_json_lines(iter(found)), end="")
        return
    for entry, _ in found:
        print(printable(_line(entry)))


@app.command("export")
def export(
    out: Annotated[Path, typer.Option(help="File to write.")],
    data: Data = DATA,
    format_: Annotated[
        Format, typer.Option("--format", help="JSON lines with each mac, or CSV.")
    ] = Format.JSONL,
    from_: Annotated[
        str, typer.Option("--from", help="First day or time, e.g. 2026-01-31 or 2026-01-31T06:00.")
    ] = "",
    to: Annotated[str, typer.Option(help="Time before which the last one was written.")] = "",
) -> None:
    """Write the audit log into a file, whole or not at all. Times without a zone are local ones."""
    require_target(out)
    wanted = Wanted(from_ns=_stamp("--from", from_), to_ns=_stamp("--to", to))
    write_whole(out, (as_csv if format_ is Format.CSV else as_json_lines)(read(data, wanted)))
    print(f"{out}: written.")


@app.command("accept")
def accept(
    why: Annotated[str, typer.Option(help="What was found out, for the audit log.")],
    data: Data = DATA,
    config: Config = None,
) -> None:
    """Say why what the log wrote of itself may stand: an end or a head that was missing.

    It is written into the log; `verify` tells of it no more. Changed entries stay findings.
    """
    if not why.strip():
        raise UsageError("--why is empty: it goes into the log; say it in words.")
    _accept(data, config, why)
    print("written into the audit log.")


def _accept(data: Path, config: Path | None, why: str) -> None:
    keys = settings_of(data, config).keys_beside(data)
    found = [str(finding.kind) for finding in check_log(data, keys)]
    log = AuditLog(data, keys)
    try:
        log.note(at_shell(), ACCEPTED, "audit log", before=found, why=why)
    finally:
        log.close()


def _line(entry: Entry) -> str:
    who = f"{entry.person} ({entry.role}, {entry.how})" if entry.how else entry.person
    why = f"refused: {render(entry.refused)}" if entry.refused else render(entry.why)
    told_ = f"{entry.seq:6d}  {told(entry.stamp_ns)[:19]}Z  {who}  {entry.what}  {entry.subject}"
    return f"{told_}: {why}" if why else told_


def _stamp(option: str, words: str) -> int | None:
    try:
        return None if not words else round(datetime.fromisoformat(words).timestamp() * 1e9)
    except (ValueError, OverflowError, OSError):
        raise UsageError(f"{option}: {words} is no time: write it like 2026-01-31T06:00.") from None


def _plain(finding: Finding) -> dict[str, object]:
    return asdict(finding) | {"what": render(finding.what), "remedy": render(finding.remedy)}
