"""Reading and writing the configuration. Every error is one line: file, place, remedy."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from cell.config.tree import CellConfig
from models.ground.errors import UserError
from models.ground.writing import write_whole
from models.ground.written import WrittenError, fit, parse_yaml, read_written, write_yaml

DEMO = Path(__file__).with_name("demo.yaml")
"""The demo cell, for which the twin stands."""


class ConfigError(UserError):
    """The configuration cannot be used; the message says where and what to do."""


def load(path: Path | None, overrides: Mapping[str, Any] | None = None) -> CellConfig:
    """The configuration in `path` (None: the built-in demo cell) with dotted-key `overrides` on
    top.

    Relative paths inside a file are relative to that file. Raises ConfigError.
    """
    path = DEMO if path is None else path
    data = _read(path)
    for key, value in (overrides or {}).items():
        _set(data, key, value)
    try:
        config = fit(CellConfig, data)
    except WrittenError as error:
        raise ConfigError(f"{path}: {error}") from None
    except ValidationError as error:
        raise ConfigError(f"{path}: {first_problem(error, CellConfig)}") from None
    if config.stranger:  # whoever starts it: nobody practises at a real line
        raise ConfigError(
            f"{path}: practice.twin: {config.stranger}. People practise beside the twin alone: "
            "take devices that are the twin's, or leave practice.twin out."
        )
    return config.anchored(path.resolve().parent)


def dump(config: CellConfig, path: Path) -> None:
    """Write the whole tree as YAML, whole or not at all. Raises WriteError, OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, write_yaml(config.model_dump(mode="json")))


def first_problem(error: ValidationError, model: type[BaseModel]) -> str:
    """The first finding of a validation as one line with a remedy."""
    found = error.errors()[0]
    place = ".".join(str(part) for part in found["loc"]) or "(top level)"
    if found["type"] == "extra_forbidden":
        names = _field_names(model, found["loc"][:-1])
        near = difflib.get_close_matches(str(found["loc"][-1]), names, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"known keys: {', '.join(sorted(names))}."
        return f"unknown key '{place}'; {hint}"
    if found["type"] == "value_error" and isinstance(found["input"], Mapping):
        # A rule over a whole section, which says itself what to do.
        return f"'{place}': {found['ctx']['error']}."
    if found["type"] == "missing":
        whole = f" A configuration is one whole file: begin with a copy of {DEMO}, and add to it."
        return f"'{place}' is missing; add it.{whole if len(found['loc']) == 1 else ''}"
    return f"'{place}': {found['msg']} (got {found['input']!r:.60}); correct the value."


def _field_names(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    for part in loc:
        field = model.model_fields.get(str(part))
        kind = field.annotation if field else None
        if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
            return []
        model = kind
    return list(model.model_fields)


def _read(path: Path) -> dict[str, Any]:
    try:
        data = parse_yaml(read_written(path))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file; give the path of a cell configuration.") from None
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read ({error.strerror}); give the path of a cell configuration."
        ) from None
    except WrittenError as error:
        raise ConfigError(f"{path}: {error}") from None
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise ConfigError(f"{path}: must hold a mapping of settings, not {type(data).__name__}.")
    return data


def _set(data: dict[str, Any], dotted: str, value: Any) -> None:
    *parents, last = dotted.split(".")
    for parent in parents:
        data = data.setdefault(parent, {})
    data[last] = value
