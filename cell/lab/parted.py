"""Which pictures show one part: as a person wrote it, or as their names tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from vision.lab.data.findings import Finding
from vision.lab.data.groups import FILE, read_groups
from vision.lab.data.reading import Reading
from vision.lab.data.types import DataError


def parts_of(folder: Path, files: Sequence[Path], group_by: str | None) -> tuple[str, ...] | None:
    """The part that each picture of a folder shows; None where nobody says so.

    group_by: regular expression; what its first group that takes part (or the whole) finds in a
    file's name is the part's name. Without it, the folder's groups.csv, where there is one. A
    picture of which nothing is said shows a part of its own. Raises DataError for what says
    nothing of any picture.
    """
    told = _by_name(files, group_by) if group_by else _written(folder, files)
    if told is None:
        return None
    # No name of a part is the path of a picture.
    return tuple(part or str(file) for part, file in zip(told, files, strict=True))


def _by_name(files: Sequence[Path], group_by: str) -> list[str | None]:
    try:
        pattern = re.compile(group_by)
    except (re.error, RecursionError, OverflowError) as error:
        raise DataError(f"--group-by {group_by!r}: {error}; give a regular expression") from None
    found = [_first(pattern.search(file.name)) for file in files]
    if not any(found):
        raise DataError(
            f"--group-by {group_by!r}: finds nothing in any name, such as {files[0].name}; see the "
            "expression"
        )
    return found


def _first(match: re.Match[str] | None) -> str | None:
    texts = [] if match is None else [*match.groups(), match[0]]
    return next((text for text in texts if text), None)


def _written(folder: Path, files: Sequence[Path]) -> list[str | None] | None:
    groups = read_groups(Reading(folder, _refuse))
    if not groups.known:
        return None
    found = [groups.of(file) for file in files]
    if not any(found):
        raise DataError(
            f"{folder / FILE}: none of its files is a picture here; write their names, or take it "
            "away"
        )
    return found


def _refuse(finding: Finding) -> None:
    raise DataError(finding.text)
