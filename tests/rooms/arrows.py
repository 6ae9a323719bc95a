"""Who imports whom, room by room, as the sources say it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs" / "architecture.md"
TOPS = ("calibration", "cell", "launch", "models", "robot", "twin", "vision")
GROUND = "models/ground/"
"""Every room may know it, and the table does not say so each time."""
_ROW = re.compile(r"^\| `(?P<room>[\w/.*]+)` \| .* \| (?P<knows>[^|]*) \|$", re.MULTILINE)


def told() -> dict[str, set[str]]:
    """The rooms of the architecture's table from the top floor down, and whom each may know."""
    text = TABLE.read_text(encoding="utf-8")
    rows = _ROW.finditer(text.partition("## Rooms")[2].partition("\n## ")[0])
    return {row["room"]: set(re.findall(r"`([\w/.*]+)`", row["knows"])) for row in rows}


def sources() -> dict[str, Path]:
    """Every module of the project by its dotted name."""
    files = (path for top in TOPS for path in sorted((ROOT / top).rglob("*.py")))
    return {_dotted(path.relative_to(ROOT)): path for path in files}


def imports(path: Path, known: dict[str, Path]) -> Iterator[str]:
    """Modules of the project that a file imports, wherever it does so."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            while name and name not in known:
                name = name.rpartition(".")[0]
            if name:
                yield name


def room_of(path: Path, rooms: dict[str, set[str]]) -> str:
    """The narrowest room of the table that a file lies in. Raises ValueError."""
    inside = path.relative_to(ROOT).as_posix()
    fits = [room for room in rooms if _holds(room, inside)]
    if not fits:
        raise ValueError(f"{inside} lies in no room of {TABLE.name}: move it, or describe its room")
    return max(fits, key=len)


def drawn(rooms: dict[str, set[str]]) -> dict[tuple[str, str], list[str]]:
    """Every arrow from room to room, with the imports that draw it."""
    known = sources()
    arrows: dict[tuple[str, str], list[str]] = {}
    for name, path in known.items():
        for other in imports(path, known):
            arrow = room_of(path, rooms), room_of(known[other], rooms)
            if arrow[0] != arrow[1] and arrow[1] != GROUND:
                arrows.setdefault(arrow, []).append(f"{name} imports {other}")
    return arrows


def _holds(room: str, inside: str) -> bool:
    if room.endswith("/*.py"):
        return Path(inside).parent.as_posix() == room.removesuffix("/*.py")
    return inside == room or (room.endswith("/") and inside.startswith(room))


def _dotted(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
