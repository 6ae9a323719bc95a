"""`cell user`: the list of people, from a file and into one."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from cell.faces.cli.errors import UsageError
from cell.faces.cli.names import shown
from cell.faces.cli.people_here import house_of
from cell.faces.cli.terminal import terminal
from cell.people.account import Account
from cell.people.shell import at_shell
from models.ground.writing import require_target, write_whole
from models.ground.written import WrittenError, read_written

app = typer.Typer(no_args_is_help=True, help="Look after the people who work with the cell.")

Data = Annotated[Path, typer.Option(help="The cell's data folder.")]
Config = Annotated[
    Path | None,
    typer.Option(help="Cell configuration (YAML); default: the data folder's config.yaml."),
]
Why = Annotated[str, typer.Option(help="Why, for the audit log.")]
DATA = Path("data")


@app.callback()
def _group() -> None:
    """Look after the people who work with the cell."""


@app.command("list")
def list_(
    data: Data = DATA,
    config: Config = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Who may sign in, as what and how, and how many sessions each has open."""
    with house_of(data, config) as house:
        accounts, sessions = house.people.accounts(), house.people.sessions(time.time_ns())
    count = {one.name: sum(s.name == one.name for s in sessions) for one in accounts}
    if as_json:
        told = [{**asdict(one), "sessions": count[one.name]} for one in accounts]
        print(json.dumps(told, indent=2, ensure_ascii=False))
        return
    table = Table("name", "display", "role", "signs in by", "language", "sessions")
    for one in accounts:
        ways = "disabled" if one.disabled else ", ".join(_ways(one)) or "nothing"
        table.add_row(
            shown(one.name), shown(one.display), one.role, ways, one.lang, str(count[one.name])
        )
    terminal().print(table)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="List of people (CSV).")],
    data: Data = DATA,
    config: Config = None,
    why: Why = "",
) -> None:
    """Add all people of a list, or none of them.

    Its first line names the columns: name and role; display, language, disabled and password where
    needed. A name that stands twice or is taken is refused with its line.
    """
    try:
        text = read_written(file, most=4 << 20)
    except (OSError, WrittenError) as error:
        raise UsageError(f"{file}: cannot be read ({error}): save it as CSV in UTF-8.") from None
    print(f"{_import(data, config, text, why)} people added.")


@app.command("export")
def export(
    out: Annotated[Path, typer.Option(help="File to write (CSV).")],
    data: Data = DATA,
    config: Config = None,
) -> None:
    """Write the list of people, as `cell user import` reads it. No secrets are in it."""
    require_target(out)
    with house_of(data, config) as house:
        write_whole(out, house.people.export_csv())
        count = len(house.people.accounts())
    print(f"{out}: {count} people.")


def _import(data: Path, config: Path | None, text: str, why: str) -> int:
    with house_of(data, config, make=True) as house:
        return len(house.people.import_csv(at_shell(), text, time.time_ns(), why))


def _ways(account: Account) -> list[str]:
    ways = {
        "password": account.password,
        "PIN": account.pin,
        "badge": account.badge,
        "company account": bool(account.provider),
    }
    return [way for way, has in ways.items() if has]
