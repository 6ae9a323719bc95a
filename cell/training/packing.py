"""Where a job's model goes: the package and what stands beside it, whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cell.config import CellConfig
from cell.products.loading import NoRecipeError, load_recipe
from cell.products.lookup import model_folder, recipe_folder
from cell.training.candidate import PACKAGE, Candidate, write_candidate
from cell.training.preparing import Prepared
from cell.training.values import Job
from models.package import FIRST, ModelError, ModelPackage, next_version
from vision.lab.data.fingerprint import fingerprint

NOT_STATED: Final = "not stated: do not pass on without asking the pictures' owner"


@dataclass(frozen=True, slots=True)
class Place:
    """What a job's package is called. parents: identities of what it may come to replace."""

    name: str
    version: str
    parents: tuple[str, ...]

    @classmethod
    def of(cls, config: CellConfig, recipe: str) -> Place:
        """For a product: the name of its recipe's model, one version on."""
        name, before = _replaced(config, recipe)
        if before is None:
            return cls(name, FIRST, ())
        return cls(name, next_version(before.folder), (before.identity,))


Write = Callable[[Path], dict[str, Any]]
"""Writes a package into a folder and gives its card."""


def pack(folder: Path, job: Job, place: Place, write: Write, now_ns: int) -> tuple[Path, Any]:
    """The package's folder and card, below the job's `folder`. Raises what `write` raises,
    ModelError, WriteError.
    """
    staging = folder / f"{PACKAGE}.part"
    shutil.rmtree(staging, ignore_errors=True)
    try:
        card = write(staging / place.name)
        ModelPackage.load(staging / place.name)
        told = Candidate(
            staging / place.name, job.wish.recipe, job.wish.label_set, job.fingerprint, job.id,
            place.parents, job.by, now_ns,
        )  # fmt: skip
        write_candidate(told)
        shutil.rmtree(folder / PACKAGE, ignore_errors=True)
        os.replace(staging, folder / PACKAGE)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return folder / PACKAGE / place.name, card


def _replaced(config: CellConfig, recipe: str) -> tuple[str, ModelPackage | None]:
    """What the package is called, and the one in use that it may come to replace."""
    try:
        model = load_recipe(recipe_folder(config, recipe)).model
        return model or recipe, ModelPackage.load(model_folder(config, model)) if model else None
    except NoRecipeError:
        return recipe, None
    except ModelError:
        return model or recipe, None


def source_of(job: Job, prepared: Prepared, parents: tuple[str, ...]) -> dict[str, Any]:
    """What the card says of the data."""
    kinds = {
        "train": prepared.train, "selection": prepared.selection, "report": prepared.report
    }  # fmt: skip
    return {
        "name": f"label set {job.wish.label_set}",
        "label_set": job.wish.label_set,
        "label_set_fingerprint": job.fingerprint,
        "recipe": job.wish.recipe,
        "job": job.id,
        "parents": list(parents),
        "classes_called": dict(job.wish.names),
        "classes_without_a_defect": list(prepared.unseen),
        "left_out": prepared.left_out,
        "images": {kind: len(samples) for kind, samples in kinds.items()},
        "parts": {kind: len({s.group for s in samples}) for kind, samples in kinds.items()},
        "fingerprint_sha256": {kind: fingerprint(samples) for kind, samples in kinds.items()},
    }


def figures_of(card: dict[str, Any]) -> dict[str, Any]:
    """What a job that is done tells of its model."""
    return {"version": card["version"], **card["metrics"]}
