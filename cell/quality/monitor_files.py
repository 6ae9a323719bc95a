"""Where the monitors of the running line keep what they know, and people's orders to begin anew.

`monitors.json` in the data folder is the inspector's alone. An order is a file of its own in
`monitors.anew`, which whoever gives it writes, and which stays: watches know by its id whether they
have followed it. So it needs no running cell, and is followed once, whatever the clocks say.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from cell.quality.watches import ALL, Watches, watches_json, watches_of
from models.ground.writing import write_whole

FILE: Final = "monitors.json"
FOLDER: Final = "monitors.anew"
DAMAGED: Final = "monitors.json.damaged"
VERSION: Final = 2
_ALL_FILE: Final = "+all"
"""No recipe's name has a plus sign."""
BROKEN: Final = (OSError, ValueError, KeyError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True)
class Anew:
    """An order to begin anew. product: a recipe's name, or `*` for all; at_ns: system clock, only
    to be shown.
    """

    product: str
    id: str
    by: str
    at_ns: int
    why: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the file says. lost: what was known before was lost, and nothing is learnt yet; where:
    product, scene and model of the newest part.
    """

    watches: Watches
    lost: bool = False
    where: tuple[str, str, str] | None = None


def order_anew(data: Path, product: str, by: str, at_ns: int, why: str) -> Anew:
    """Have the monitors of a product begin anew with its next part. Raises WriteError, OSError."""
    order = Anew(product, secrets.token_hex(8), by, at_ns, why)
    folder = data / FOLDER
    folder.mkdir(exist_ok=True)
    name = _ALL_FILE if product == ALL else product
    write_whole(folder / f"{name}.json", json.dumps(asdict(order), ensure_ascii=False))
    return order


class Orders:
    """Orders of a data folder, read anew where a file has changed."""

    def __init__(self, data: Path) -> None:
        self._folder = data / FOLDER
        self._read: dict[str, tuple[tuple[int, ...], Anew | None]] = {}

    def now(self) -> tuple[Anew, ...]:
        """All of them; one that cannot be read is left out."""
        found: dict[str, tuple[tuple[int, ...], Anew | None]] = {}
        with suppress(OSError):
            for path in self._folder.glob("*.json"):
                with suppress(OSError):
                    stat = path.stat()
                    mark = stat.st_mtime_ns, stat.st_ino, stat.st_size
                    known = self._read.get(path.name)
                    same = known is not None and known[0] == mark
                    found[path.name] = known if known and same else (mark, _anew(path))
        self._read = found
        return tuple(one for _, one in found.values() if one is not None)

    def ids(self) -> dict[str, str]:
        """By product, the id of the newest order."""
        return {one.product: one.id for one in self.now()}


def read_known(data: Path, baseline: int, run: int) -> Known:
    """What was kept; nothing where there is no file. Raises what is in `BROKEN` for a file that
    cannot be read.
    """
    try:
        told: Mapping[str, Any] = json.loads((data / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Known(Watches(baseline, run))
    if told["version"] != VERSION:
        raise ValueError(f"version {told['version']}")
    where = told["where"]
    place = None if where is None else (str(where[0]), str(where[1]), str(where[2]))
    return Known(watches_of(told, baseline, run), bool(told["lost"]), place)


def write_known(data: Path, known: Known) -> None:
    """Keep it. Raises WriteError."""
    told = {"version": VERSION, "lost": known.lost, "where": known.where}
    content = json.dumps(told | watches_json(known.watches))
    write_whole(data / FILE, content, durable=False)


def set_aside(data: Path) -> None:
    """Keep a file that cannot be read out of the way, for whoever wants to know."""
    with suppress(OSError):
        (data / FILE).replace(data / DAMAGED)


def _anew(path: Path) -> Anew | None:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return Anew(
            str(told["product"]), str(told["id"]), str(told["by"]), int(told["at_ns"]),
            str(told["why"]),
        )  # fmt: skip
    except BROKEN:
        return None
