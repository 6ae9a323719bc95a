"""`cell records prune`: delete the pictures that retention says, or say which."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from cell.config import load
from cell.faces.cli.errors import UsageError
from cell.records.journal import Journal
from cell.records.keeping import Keeper
from cell.records.limits import Retention
from cell.records.projection import Projection
from cell.records.pruning import Pruner
from cell.records.retention import Doomed, delete, finish, is_as_known
from cell.records.store import open_records

_BATCH = 200


def prune(
    data: Annotated[Path, typer.Option(help="Data folder of the cell.")] = Path("data"),
    config: Annotated[
        Path | None,
        typer.Option(help="Cell configuration (YAML); default: the data folder's config.yaml."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Delete old pictures as the configuration's `recorder.retention` says; their records stay.

    The recorder does the same by itself while the cell runs. A picture that is not what the
    records know is left alone.
    """
    limits = _limits(data, config)
    open_records(data / "records.db").dispose()  # a folder without records is not given any
    engine = open_records(data / "records.db", create=True)  # those of before know no evidence yet
    try:
        current = _is_current(data, engine)
        planned, gone = _prune(data, engine, limits, current, dry_run)
    except (OSError, SQLAlchemyError) as error:
        raise UsageError(f"{data}: pictures cannot be deleted ({error}): repair it.") from error
    finally:
        engine.dispose()
    if as_json:
        print(json.dumps(_content(planned, gone, dry_run, current), indent=2))
        return
    word = "would go" if dry_run else "deleted"
    for rule, count in Counter(item.rule for item in gone).most_common():
        print(f"{count:7d} {word}: {rule}")
    print(f"{len(gone)} pictures {word}, {_mib(gone):.1f} MiB")
    if len(planned) > len(gone):
        print(f"{len(planned) - len(gone)} are not what the records know, and were left alone")
    if not current:
        print("unclaimed pictures stay: the records lack what is in the journal; run the cell once")


def _limits(data: Path, config: Path | None) -> Retention:
    own = data / "config.yaml"
    return load(config or (own if own.exists() else None)).recorder.retention


def _is_current(data: Path, engine: Engine) -> bool:
    """Whether the records hold all of the journal: what they lack may claim a picture yet."""
    with Journal.follow(data / "journal.db") as journal:
        return next(journal.read(Projection(engine).last_seq), None) is None


def _prune(
    data: Path, engine: Engine, limits: Retention, current: bool, dry_run: bool
) -> tuple[list[Doomed], list[Doomed]]:
    """What retention names, and what of it is gone (or would go)."""
    now_ns = time.time_ns()
    planned = Pruner(data, engine, limits).plan(now_ns, unclaimed=current)
    if dry_run:
        named = list(planned)
        return named, [item for item in named if is_as_known(data / item.path, item.bytes)]
    finish(data, engine, _BATCH)
    Keeper(data, engine).tidy()
    named, gone = [], []
    while batch := list(islice(planned, _BATCH)):
        named += batch
        gone += delete(data, engine, batch, now_ns)
    return named, gone


def _content(
    planned: list[Doomed], gone: list[Doomed], dry_run: bool, current: bool
) -> dict[str, object]:
    return {
        "dry_run": dry_run,
        "pictures": len(gone),
        "freed_mib": round(_mib(gone), 3),
        "left_alone": len(planned) - len(gone),
        "records_current": current,
        "files": [{"path": item.path, "part": item.part, "rule": item.rule} for item in gone],
    }


def _mib(items: Iterable[Doomed]) -> float:
    return sum(item.bytes for item in items) / 2**20
