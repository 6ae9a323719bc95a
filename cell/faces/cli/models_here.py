"""The registry of a data folder, as the verbs of the command line open it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from cell.config import CellConfig, load
from cell.faces.cli.errors import UsageError
from cell.labels.book import FILE as LABELS
from cell.labels.book import LabelBook
from cell.people.audit import AuditLog
from cell.people.shell import at_shell
from cell.promotion.errors import PromotionError
from cell.promotion.evidence import Match
from cell.promotion.gate import Decision, decide
from cell.promotion.judging import truths_of
from cell.promotion.model import Model
from cell.promotion.pairs import Truth
from cell.promotion.registry import Registry
from cell.promotion.tables import FILE

Wanted = Annotated[
    str,
    typer.Argument(help="The model: beginning of its fingerprint, its identity, or name@version."),
]
RecipeName = Annotated[
    str | None, typer.Option(help="Of this recipe, where several have the same model.")
]
BY = at_shell()


class Here:
    """A data folder's registry, with its cell's configuration."""

    def __init__(self, config: CellConfig, registry: Registry) -> None:
        self.config, self.registry = config, registry

    def decision(self, model: Model) -> tuple[Decision, tuple[str, ...], int] | None:
        """What the gate says of a model now, the parts to judge, and how often both looked at
        locked sets; None: none judges yet, or this one does.
        """
        try:
            match = self.registry.match(model)
        except PromotionError:
            return None
        if match.active == match.candidate:
            return None
        rules = self.config.promotion
        known = self.registry.evidence(match, rules, self.truths(match))
        return decide(known.tally, known.speed, rules), known.to_judge, known.looks

    def truths(self, match: Match) -> dict[str, Truth]:
        """What people say of the parts of the line that both models looked at."""
        parts = self.registry.line_parts(match)
        if not parts or not (self.config.data_dir / LABELS).exists():
            return {}
        with closing(LabelBook.open(self.config.data_dir, self.config.labels)) as book:
            return dict(truths_of(book, parts))


@contextmanager
def models_of(data: Path, config: Path | None, *, make: bool = False) -> Iterator[Here]:
    """The models of a data folder; `make`: also where there are none yet. Raises UsageError,
    ConfigError, RegistryError, AuditError.
    """
    if not make and not (data / FILE).exists():
        raise UsageError(
            f"{data}: has no models on record: `cell model add` takes the first one in"
        )
    own = data / "config.yaml"
    cell = load(config or (own if own.exists() else None), {"data_dir": str(data.resolve())})
    keys = cell.people.keys_beside(cell.data_dir)
    with closing(AuditLog(cell.data_dir, keys)) as log, Registry(cell.data_dir, log) as registry:
        yield Here(cell, registry)
