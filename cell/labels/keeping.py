"""The pictures of labels: kept by their content, so that no retention takes away what was labelled.

The records' retention deletes a picture's name in `pictures/`; the name here keeps its content.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cell.labels.errors import StoreError
from cell.labels.label import LabelError
from cell.stores.trouble import trouble
from cell.texts import say
from models.ground.writing import WriteError, write_whole
from vision.pictures import SUFFIXES, UnreadableError, decode_grey, header_of, read_bytes

PLACE = "labels/pictures"
"""Below the data folder; then two digits of the content's SHA-256, then all of it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A picture by its content. suffix: with its dot; size in px."""

    sha256: str
    suffix: str
    width: int
    height: int


def place_of(data_dir: Path, sha256: str, suffix: str) -> Path:
    """Where a kept picture lies."""
    return data_dir / PLACE / sha256[:2] / f"{sha256}{suffix}"


def keep(
    data_dir: Path, file: Path, *, whole: bool = True, fresh: list[Kept] | None = None
) -> Kept:
    """Keep a picture. Evidence of the cell, which nobody writes over, gets a second name; any other
    file is copied. whole: decode it as inspections do, so that a damaged one, or one of several
    pictures or 16 bits, is found now. fresh: is told of one that
    was not there.

    Raises LabelError for what is no picture, StoreError where it cannot be written.
    """
    try:
        raw = read_bytes(file)
        header = header_of(file)
        if whole:
            decode_grey(raw)
    except UnreadableError as error:
        raise LabelError(say("label.not_a_picture", name=file.name, why=str(error))) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise LabelError(say("label.not_a_picture", name=file.name, why=why)) from None
    suffix = file.suffix.lower()
    suffix = suffix if suffix in SUFFIXES else f".{header.kind.lower()}"
    kept = Kept(hashlib.sha256(raw).hexdigest(), suffix, header.width, header.height)
    if _put(data_dir, file, raw, place_of(data_dir, kept.sha256, suffix)) and fresh is not None:
        fresh.append(kept)
    return kept


def _put(data_dir: Path, file: Path, raw: bytes, place: Path) -> bool:
    """Whether it was not there."""
    with contextlib.suppress(OSError):
        if place.stat().st_size == len(raw):
            return False
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        if not (_is_evidence(data_dir, file) and _linked(file, place)):
            write_whole(place, raw)
    except OSError as error:
        raise StoreError(trouble(place, error)) from None
    except WriteError as error:
        cause = error.__cause__
        words = trouble(place, cause) if isinstance(cause, OSError) else str(error)
        raise StoreError(words) from None
    return True


def _is_evidence(data_dir: Path, file: Path) -> bool:
    return (data_dir / "pictures").resolve() in file.resolve().parents


def _linked(file: Path, place: Path) -> bool:
    """Whether the place is a second name of the file now; what lay there before is replaced."""
    fresh = place.with_name(f".{secrets.token_hex(6)}.part")
    try:
        os.link(file, fresh)
        os.replace(fresh, place)
    except OSError:  # no second names here: a copy, then
        return False
    finally:
        # Where both are names of one file, rename does nothing at all.
        fresh.unlink(missing_ok=True)
    return True
