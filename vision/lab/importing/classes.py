"""Which of a network's classes are defects, and what the cell calls them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from models.errors import ModelError
from models.ground.written import clean_name
from vision.nets.imported.export import Export


@dataclass(frozen=True, slots=True)
class Kept:
    """The classes that are defects: their indices in the network, their names in the cell."""

    indices: tuple[int, ...]
    names: tuple[str, ...]

    @classmethod
    def of(cls, export: Export, renamed: Mapping[str, str]) -> Self:
        """All classes, named anew where `renamed` (old: new) says so, without those whose new name
        is empty. Raises ModelError.
        """
        if unknown := [name for name in renamed if name not in export.names]:
            raise ModelError(
                f"{export.path} has no class {unknown[0]!r}, it has {listed(export.names)}: "
                "correct --classes"
            )
        new = [renamed.get(name, name) for name in export.names]
        indices = tuple(index for index, name in enumerate(new) if name)
        try:
            names = tuple(clean_name(new[index]) for index in indices)
        except ValueError as error:
            raise ModelError(
                f"{export.path}: {error}: give another with --classes OLD=NEW"
            ) from None
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ModelError(
                f"{export.path}: two classes would be called {twice[0]!r}: give each a name of its "
                "own with --classes OLD=NEW"
            )
        if not names:
            raise ModelError(f"{export.path}: no class is left: one at least must be a defect")
        if export.task == "classify" and len(names) == len(export.names):
            raise ModelError(
                f"{export.path} always names one of {listed(export.names)}: say which of them "
                "means a good part, with --classes NAME="
            )
        return cls(indices, names)


def listed(names: Sequence[str]) -> str:
    """Names for a message, the first twelve."""
    return ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
