"""The files of a model package: the card vouches for every one of them, and for no other.

Command line: ``python -m models.files PACKAGE`` lists the files of a package in its card.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from models.errors import ModelError
from models.ground.written import WrittenError, parse_json, read_written

CARD = "card.json"


def digest(path: Path) -> str:
    """SHA-256 of a file, in hex. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_file(path: Path, sha256: str, remedy: str) -> None:
    """Raise ModelError unless the file is the one that its card describes."""
    try:
        found = digest(path)
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror}); {remedy}") from error
    if found != sha256:
        raise ModelError(
            f"{path} is not the file that its card describes (SHA-256 {found[:12]}..., card "
            f"{sha256[:12]}...): it is cut short, damaged or was exchanged; {remedy}"
        )


def check_files(folder: Path, listed: Mapping[str, str], remedy: str) -> None:
    """Raise ModelError unless the folder holds the listed files, each as listed, and no other.

    listed: SHA-256 by path in the folder; the card itself is not among them.
    """
    there = files_of(folder)
    if missing := sorted(listed.keys() - there):
        raise ModelError(f"{folder}: {missing} belong to the package and are missing; {remedy}")
    if more := sorted(there - listed.keys()):
        raise ModelError(
            f"{folder}: {more} are not on the package's card: take them out, or {remedy}"
        )
    for name in sorted(listed):
        check_file(folder / name, listed[name], remedy)


def files_of(folder: Path) -> set[str]:
    """Paths of all files in a package's folder but its card. Raises ModelError for a link, which
    would let the package change without its folder.
    """
    found = set()
    for path in _all(folder):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise ModelError(
                f"{path} is no plain file: a model package holds no links; copy the file itself "
                "there"
            )
        if path.is_file() and name != CARD:
            found.add(name)
    return found


def seal(folder: Path) -> None:
    """List the SHA-256 of all files in the package's card. Raises ModelError, OSError."""
    path = folder / CARD
    try:
        card: Any = parse_json(read_written(path))
    except WrittenError as error:
        raise ModelError(f"{path} {error}") from None
    if not isinstance(card, dict) or not isinstance(network := card.get("file", "model.onnx"), str):
        raise ModelError(f"{path} is no model card: write one first")
    card["sha256"] = digest(folder / network)
    card["files"] = {name: digest(folder / name) for name in sorted(files_of(folder) - {network})}
    fresh = folder / (CARD + ".part")
    fresh.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(fresh, path)


def _all(folder: Path) -> Iterable[Path]:
    for path in sorted(folder.iterdir()):
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from _all(path)


def main(arguments: list[str] | None = None) -> int:
    """List the files of a model package in its card, with their SHA-256."""
    parser = argparse.ArgumentParser(prog="python -m models.files", description=main.__doc__)
    parser.add_argument("package", type=Path, help="folder of the model package")
    folder = parser.parse_args(arguments).package
    try:
        seal(folder)
    except (ModelError, OSError) as problem:
        print(problem, file=sys.stderr)
        return 2
    print(f"{folder / CARD}: {len(files_of(folder))} files listed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
