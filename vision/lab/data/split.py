"""Splits that never divide a group: no physical part is both learnt from and tested on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from models.ground.writing import write_whole
from vision.lab.data.names import normal
from vision.lab.data.texts import read_model
from vision.lab.data.types import DataError, DataSet, Sample

SHARES = {"train": 0.7, "validation": 0.15, "test": 0.15}
SEED = 0
"""With SHARES: how groups are dealt when nobody says otherwise, to split files and for training."""

_SWEEPS = 4


@dataclass(frozen=True)
class Split:
    """A data set's groups dealt to named splits, each group to exactly one."""

    data: DataSet
    groups: Mapping[str, tuple[str, ...]]
    seed: int | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the splits."""
        return tuple(self.groups)

    def of(self, name: str) -> list[Sample]:
        """Samples of one split, in the data set's order. Raises DataError for an unknown name."""
        if name not in self.groups:
            known = ", ".join(self.groups)
            raise DataError(f"{self.data.root}: no split {name!r}; choose one of {known}")
        mine = set(self.groups[name])
        return [sample for sample in self.data.samples if sample.group in mine]

    def split_of(self, group: str) -> str:
        """Name of the split that holds a group."""
        return next(name for name, groups in self.groups.items() if group in groups)


def split_by_group(
    data: DataSet,
    shares: Mapping[str, float],
    seed: int,
    fixed: Mapping[str, Sequence[str]] | None = None,
) -> Split:
    """Deal the groups so that each split gets its share of the pictures of every class.

    shares: split name to share, 1 in all. fixed: groups that go to a named split beforehand. The
    same data, shares, seed and fixed groups give the same split. Raises DataError when the shares
    are wrong, a fixed group is not there, or there are fewer groups than splits.
    """
    _check_shares(shares)
    names = list(shares)
    groups, table = _strata(data)
    index = {group: i for i, group in enumerate(groups)}
    dealt = np.full(len(groups), -1)
    for name, wanted in _checked_fixed(data, fixed or {}, index).items():
        if name not in names:
            raise DataError(f"split {name!r} has fixed groups but no share; give it one")
        dealt[[index[group] for group in wanted]] = names.index(name)
    if len(groups) < len(names):
        raise DataError(
            f"{data.root}: {len(groups)} groups cannot fill {len(names)} splits; "
            "take more parts, or fewer splits"
        )
    held = dealt >= 0
    target = np.array([shares[name] for name in names])
    _deal(table, target, dealt, held, seed)
    _improve(table, target, dealt, held)
    _fill_empty(names, table, dealt, held)
    return Split(data, {n: _members(groups, dealt == i) for i, n in enumerate(names)}, seed)


def split_or_default(data: DataSet, path: Path | None = None) -> Split:
    """The split that a file holds, or else the one that `cell data split` makes by default.

    Raises DataError for a file that does not fit, or data with too few groups.
    """
    return split_by_group(data, SHARES, SEED) if path is None else load_split(path, data)


def named_groups(data: DataSet, fixed: Mapping[str, Sequence[str]]) -> Split:
    """A split by names alone; it must name every group. Raises DataError if it does not."""
    wanted = _checked_fixed(data, fixed, {sample.group: 0 for sample in data.samples})
    named = {group for groups in wanted.values() for group in groups}
    left = sorted({sample.group for sample in data.samples} - named)
    if left:
        raise DataError(
            f"{data.root}: in no split: {_few(left)}; name them too, or deal the rest by shares"
        )
    return Split(data, wanted)


class _File(BaseModel):
    """A split on disk."""

    model_config = ConfigDict(extra="forbid", strict=True)
    version: int = Field(1, ge=1, le=1)
    format: str
    seed: int | None = None
    groups: dict[str, list[str]]


def save_split(split: Split, path: Path) -> None:
    """Write a split as JSON, whole or not at all. Raises WriteError."""
    groups = {name: list(members) for name, members in split.groups.items()}
    content = _File(format=split.data.format, seed=split.seed, groups=groups)
    write_whole(path, json.dumps(content.model_dump(), indent=1) + "\n")


def load_split(path: Path, data: DataSet, whole: bool = True) -> Split:
    """Read a split for a data set. Raises DataError if the two do not belong together.

    whole: every group of the file must be there; False where pictures may be lost or broken.
    """
    content = read_model(path, _File, "make the split again")
    try:
        here = {sample.group for sample in data.samples}
        wanted = {
            name: [group for group in groups if whole or normal(group) in here]
            for name, groups in content.groups.items()
        }
        split = named_groups(data, wanted)
    except DataError as error:
        raise DataError(f"{path}: does not fit the data: {error}") from None
    return Split(data, split.groups, content.seed)


def _check_shares(shares: Mapping[str, float]) -> None:
    total = sum(shares.values())
    if not shares or not min(shares.values()) > 0 or not abs(total - 1) <= 1e-6:
        said = ", ".join(f"{name}={share:g}" for name, share in shares.items()) or "none"
        raise DataError(f"shares {said}: each must be above 0 and all together 1")


def _checked_fixed(
    data: DataSet, fixed: Mapping[str, Sequence[str]], known: Mapping[str, int]
) -> dict[str, tuple[str, ...]]:
    seen: dict[str, str] = {}
    fixed = {name: [normal(group) for group in groups] for name, groups in fixed.items()}
    for name, groups in fixed.items():
        for group in groups:
            if group not in known:
                raise DataError(
                    f"{data.root}: split {name!r} names group {group!r}, which is not there; "
                    f"groups are {_few(sorted(known))}"
                )
            if seen.setdefault(group, name) != name:
                raise DataError(
                    f"group {group!r} is in {seen[group]!r} and in {name!r}; leave it in one"
                )
    return {name: tuple(sorted(set(groups))) for name, groups in fixed.items()}


def _strata(data: DataSet) -> tuple[list[str], NDArray[np.float64]]:
    """Groups by name and a table [groups, 2 + classes]: pictures, good ones, ones with a class.

    Each column is divided by its sum, so that a rare class weighs as much as all pictures.
    """
    groups = sorted({sample.group for sample in data.samples})
    index = {group: i for i, group in enumerate(groups)}
    table = np.zeros((len(groups), 2 + len(data.classes)))
    for sample in data.samples:
        row = table[index[sample.group]]
        row[0] += 1
        row[1] += sample.good
        row[2 + np.unique(sample.labels)] += 1
    return groups, table / np.maximum(table.sum(axis=0), 1)


def _gap(have: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far the splits [.., splits, strata] are from their shares; 0 is perfect."""
    return np.asarray(((have - target[:, None]) ** 2).sum(axis=(-1, -2)))


def _have(table: NDArray[np.float64], dealt: NDArray[np.int64], splits: int) -> NDArray[np.float64]:
    return np.stack([table[dealt == i].sum(axis=0) for i in range(splits)])


def _deal(
    table: NDArray[np.float64],
    target: NDArray[np.float64],
    dealt: NDArray[np.int64],
    held: NDArray[np.bool_],
    seed: int,
) -> None:
    """Heaviest groups first, each to where it closes the gap most."""
    present = (table.sum(axis=0) > 0).astype(float)
    have = _have(table, dealt, len(target))
    order = np.random.default_rng(seed).permutation(len(table))
    order = order[np.argsort(-np.round(table.sum(axis=1)[order], 9), kind="stable")]
    for group in order[~held[order]]:
        trial = np.repeat(have[None], len(target), axis=0)
        for i in range(len(target)):
            trial[i, i] += table[group]
        dealt[group] = int(np.argmin(np.round(_gap(trial * present, target), 12)))
        have[dealt[group]] += table[group]


def _improve(
    table: NDArray[np.float64],
    target: NDArray[np.float64],
    dealt: NDArray[np.int64],
    held: NDArray[np.bool_],
) -> None:
    """Move single groups while that closes the gap; a split keeps at least one."""
    have = _have(table, dealt, len(target))
    for _ in range(_SWEEPS):
        moved = False
        for group in np.flatnonzero(~held):
            home = dealt[group]
            if (dealt == home).sum() == 1:
                continue
            without = have.copy()
            without[home] -= table[group]
            trial = np.repeat(without[None], len(target), axis=0)
            for i in range(len(target)):
                trial[i, i] += table[group]
            gaps = _gap(trial, target)
            best = int(np.argmin(gaps))
            if gaps[best] < gaps[home] - 1e-9:
                dealt[group], have, moved = best, trial[best], True
        if not moved:
            return


def _fill_empty(
    names: Sequence[str],
    table: NDArray[np.float64],
    dealt: NDArray[np.int64],
    held: NDArray[np.bool_],
) -> None:
    """Give a split that got nothing the lightest group of the one with most groups."""
    for i in range(len(names)):
        if (dealt == i).any():
            continue
        counts = [int(((dealt == j) & ~held).sum()) for j in range(len(names))]
        spare = [j if (dealt == j).sum() > 1 else -1 for j in range(len(names))]
        givers = [j for j in spare if j >= 0 and counts[j] > 0]
        if not givers:
            raise DataError(f"split {names[i]!r} gets no group; hold fewer groups fixed")
        giver = max(givers, key=lambda j: counts[j])
        mine = np.flatnonzero((dealt == giver) & ~held)
        dealt[mine[np.argmin(table[mine].sum(axis=1))]] = i


def _members(groups: Sequence[str], chosen: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(group for group, mine in zip(groups, chosen, strict=True) if mine)


def _few(names: Sequence[str]) -> str:
    rest = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return ", ".join(names[:8]) + rest
