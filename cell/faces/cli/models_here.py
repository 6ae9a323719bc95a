"""The registry of a data folder, as the verbs of the command line open it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from cell.config import CellConfig, load
from cell.faces.cli.errors import UsageError
from cell.labels.book import FILE as LABELS
from cell.labels.book import LabelBook
from cell.people.audit import AuditLog
from cell.people.shell import at_shell
from cell.promotion.asking import Porter
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


@dataclass(frozen=True, slots=True)
class Here:
    """A data folder's registry and labels (None: nothing was ever labelled), with its cell's
    configuration.
    """

    config: CellConfig
    registry: Registry
    labels: LabelBook | None

    @property
    def porter(self) -> Porter:
        """Who asks the gate."""
        return Porter(self.registry, self.labels, self.config.promotion)

    @property
    def book(self) -> LabelBook:
        """The labels. Raises UsageError where there are none."""
        if self.labels is None:
            raise UsageError(
                f"{self.config.data_dir}: there are no labels here; label pictures and freeze a set"
            )
        return self.labels


def has_models(data: Path) -> bool:
    """Whether a data folder has a registry."""
    return (data / FILE).exists()


@contextmanager
def models_of(data: Path, config: Path | None, *, make: bool = False) -> Iterator[Here]:
    """The models of a data folder; `make`: also where there are none yet. Raises UsageError,
    ConfigError, RegistryError, AuditError.
    """
    if not make and not has_models(data):
        raise UsageError(
            f"{data}: has no models on record: `cell model add` takes the first one in"
        )
    own = data / "config.yaml"
    cell = load(config or (own if own.exists() else None), {"data_dir": str(data.resolve())})
    with ExitStack() as stack:
        keys = cell.people.keys_beside(cell.data_dir)
        log = stack.enter_context(closing(AuditLog(cell.data_dir, keys)))
        registry = stack.enter_context(Registry(cell.data_dir, log))
        labels = None
        if (cell.data_dir / LABELS).exists():
            book = LabelBook.open(cell.data_dir, cell.labels)
            labels = stack.enter_context(closing(book))
        yield Here(cell, registry, labels)
