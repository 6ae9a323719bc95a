"""What speaks against models that judge and stay: a file that tells the running cell, which asks
people to look at it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from models.ground.writing import write_whole
from models.ground.written import WrittenError, parse_json, read_written

FILE: Final = "registry/doubts.json"
"""Below the data folder."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """package: fingerprint of the model that it is about; why: what speaks against it, and what to
    do, as a text.
    """

    package: str
    why: str


_DOUBTS: Final = TypeAdapter(dict[str, Doubt])


def doubts(data_dir: Path) -> dict[str, Doubt]:
    """By recipe. A file that cannot be understood says nothing: whoever watches the models writes
    it anew, and no part is judged by it.
    """
    try:
        return _DOUBTS.validate_python(parse_json(read_written(data_dir / FILE)))
    except (OSError, WrittenError, ValidationError):
        return {}


def tell_doubts(data_dir: Path, known: Mapping[str, Doubt]) -> None:
    """Write the file, whole or not at all, where it says anything else. Raises WriteError."""
    path = data_dir / FILE
    if known == doubts(data_dir) and (known or not path.exists()):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    told = {name: asdict(known[name]) for name in sorted(known)}
    write_whole(path, json.dumps(told, indent=2, ensure_ascii=False) + "\n", durable=False)
