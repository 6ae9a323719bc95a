"""Whether the registry's packages are as they were taken in, and judge where people let them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from cell.promotion.errors import RegistryError
from cell.promotion.registry import Registry
from cell.records import schema
from cell.texts import say
from models.errors import ModelError
from models.registry.chosen import chosen


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be. subject: which model or recipe; what: in words."""

    subject: str
    what: str


def verify(registry: Registry) -> list[Finding]:
    """Everything that is wrong: changed or missing files, another package than people chose, and
    models that inspected parts of these recipes and of which no copy is kept.
    """
    found, models = [], registry.models()
    for model in models:
        try:
            registry.folder(model)
        except ModelError as error:
            found.append(Finding(model.identity, str(error)))
    wanted = registry.chosen()
    try:
        there = chosen(registry.data_dir)
    except ModelError as error:
        return [*found, Finding("", str(error))]
    for recipe in sorted(wanted.keys() | there.keys()):
        if wanted.get(recipe) != there.get(recipe):
            told = {"wanted": wanted.get(recipe, "-")[:12], "there": there.get(recipe, "-")[:12]}
            found.append(Finding(recipe, say("promotion.other_choice", recipe=recipe, **told)))
    kept = {model.identity for model in models}
    names = {model.name for model in models}
    for identity in inspected(registry.data_dir):
        if identity not in kept and identity.partition("@")[0] in names:
            found.append(Finding(identity, say("promotion.not_kept", model=identity)))
    return found


def inspected(data_dir: Path) -> list[str]:
    """Identities of all models that inspected parts of this data folder. Raises RegistryError."""
    path = data_dir / "records.db"
    if not path.exists():
        return []
    engine = create_engine(f"sqlite:///file:{path.absolute()}?mode=ro&uri=true")
    try:
        with Session(engine) as session:
            rows = session.scalars(select(schema.ModelVersion.identity))
            return sorted({one for row in rows for one in row.split("+")})
    except SQLAlchemyError as error:
        why = str(error.__cause__ or error)
        raise RegistryError(say("label.records_unread", file=path, why=why)) from error
    finally:
        engine.dispose()
