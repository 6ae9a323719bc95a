"""Which package a recipe goes by, where people have let one through: a file that every process can
read without knowing why.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from models.errors import ModelError
from models.ground.writing import write_whole
from models.ground.written import WrittenError, parse_json, read_written
from models.registry.shelf import Shelf

FILE: Final = "registry/active.json"
"""Below the data folder: what each recipe goes by."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The package that a recipe goes by, by its fingerprint, '' for the one that it names itself;
    who wanted it, and why. canary: the one that is tried beside it on a share of the parts, '' for
    none; left: why the one that was tried last has lost its say by itself, '' if it has not.
    version: that the recipe got with the thresholds that people let count last, '' for none;
    version_person, version_why: who, and why.
    """

    package: str
    person: str = ""
    why: str = ""
    canary: str = ""
    left: str = ""
    version: str = ""
    version_person: str = ""
    version_why: str = ""


_CHOSEN: Final = TypeAdapter(dict[str, Choice | str])


def choices(data_dir: Path) -> dict[str, Choice]:
    """By recipe; recipes without one go by what they name themselves. Raises ModelError for a file
    that cannot be understood: another model than people chose would judge.
    """
    path = data_dir / FILE
    try:
        found = _CHOSEN.validate_python(parse_json(read_written(path)))
    except (FileNotFoundError, NotADirectoryError):  # the latter: whoever needs the folder says so
        return {}
    except (OSError, WrittenError, ValidationError) as error:
        why = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise ModelError(
            f"{path}: cannot be understood ({why}); `cell model verify --repair` writes it anew "
            "from the registry"
        ) from None
    # Files of before hold the fingerprint alone.
    return {name: Choice(one) if isinstance(one, str) else one for name, one in found.items()}


def chosen(data_dir: Path) -> dict[str, str]:
    """Fingerprint by recipe. Raises ModelError."""
    return {name: one.package for name, one in choices(data_dir).items() if one.package}


def chosen_folder(data_dir: Path, recipe: str) -> Path | None:
    """Where the package of a recipe lies, None where people have let none through. Raises
    ModelError for one that is missing or changed.
    """
    fingerprint = chosen(data_dir).get(recipe)
    return None if fingerprint is None else Shelf(data_dir).unchanged(fingerprint)


def choose(data_dir: Path, packages: Mapping[str, Choice]) -> None:
    """Write the file, whole or not at all. Raises WriteError."""
    path = data_dir / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    told = {name: asdict(packages[name]) for name in sorted(packages)}
    write_whole(path, json.dumps(told, indent=2, ensure_ascii=False) + "\n")
