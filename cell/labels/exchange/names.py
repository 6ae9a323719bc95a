"""Names of pictures as paths that every system can have, and back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePosixPath

from vision.lab.data.names import alike, normal, source_of
from vision.lab.data.types import DataSet, Sample

_ODD = re.compile(r'[<>:"\\|?*\x00-\x1f\x7f\ud800-\udfff\u0085\u2028\u2029]')
_MOST = 200
"""Longest part of a path [bytes]: file systems hold 255, of which suffixes take some."""


def as_paths(names: Iterable[str]) -> list[str]:
    """A path without suffix for each picture's name: the name itself where it can be one. Each is
    different from the others for systems that do not tell case from case, too.
    """
    taken: set[str] = set()
    paths = []
    for name in names:
        path = wanted = as_path(name)
        number = 1
        while alike(path) in taken:
            number += 1
            path = f"{wanted}-{number}"
        taken.add(alike(path))
        paths.append(path)
    return paths


def as_path(name: str) -> str:
    """One name as a relative path with slashes."""
    parts = [_part(part) for part in normal(name).split("/") if part.strip(" .")]
    return "/".join(part for part in parts if part) or "picture"


def _part(part: str) -> str:
    plain = _ODD.sub("_", part).strip().rstrip(".")
    plain = f"_{plain[1:]}" if plain.startswith(".") else plain  # or it would be a hidden file
    return plain.encode()[:_MOST].decode("utf-8", "ignore")


def without_images(data: DataSet) -> DataSet:
    """The data set with its pictures named from their folder `images` on, which formats want and
    nobody means; as it is where two names would then be one.
    """
    named = [_shorter(sample) for sample in data.samples]
    if len({alike(sample.name) for sample in named}) < len(named):
        return data
    return replace(data, samples=named)


def _shorter(sample: Sample) -> Sample:
    parts = PurePosixPath(sample.name).parts
    if len(parts) < 2 or parts[0].lower() != "images":
        return sample
    name = "/".join(parts[1:])
    own = sample.group == source_of(sample.name)
    return replace(sample, name=name, group=source_of(name) if own else sample.group)
