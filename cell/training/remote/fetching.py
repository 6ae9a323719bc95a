"""A package comes back from the other machine, and is checked before it counts."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Final

from cell.texts import say
from cell.training.book import JobBook
from cell.training.errors import TrainingError
from cell.training.packing import Place, figures_of, pack, source_of
from cell.training.preparing import Prepared
from cell.training.remote.archive import MOST_PACKAGE, unpack
from cell.training.remote.ssh import Ssh
from cell.training.values import Job
from models.files import CARD
from models.ground.writing import write_whole

SENT: Final = "sent.json"
"""In the job's folder: what its package is called, as the other machine was told."""


def keep_place(folder: Path, place: Place) -> None:
    """Note what was ordered. Raises WriteError."""
    told = {"name": place.name, "version": place.version, "parents": place.parents}
    write_whole(folder / SENT, json.dumps(told, indent=2) + "\n")


def kept_place(folder: Path) -> Place | None:
    """What was ordered; None: nobody knows."""
    try:
        told = json.loads((folder / SENT).read_text())
        return Place(told["name"], told["version"], tuple(told["parents"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def fetch(ssh: Ssh, name: str, book: JobBook, job: Job, prepared: Prepared, place: Place) -> None:
    """Fetch the package, check it as one of this computer, and finish the job. name: the job's
    there. Raises TrainingError for a package that is not of these pictures and labels, ModelError
    for one that is damaged, UnreachedError.
    """
    folder = book.folder(job.id)

    def write(target: Path) -> dict[str, Any]:
        def take(stream: IO[bytes]) -> None:
            unpack(stream, target, MOST_PACKAGE, ssh.host)

        ssh.fetch("give", name, take=take)
        return _card(target, job, prepared, place, ssh.host)

    package, card = pack(folder, job, place, write, time.time_ns())
    book.finish(job.id, package, figures_of(card), time.time_ns())
    (folder / SENT).unlink(missing_ok=True)


def _card(package: Path, job: Job, prepared: Prepared, place: Place, host: str) -> dict[str, Any]:
    """The card, if it tells of these very pictures and labels, down to their fingerprints."""
    try:
        card = json.loads((package / CARD).read_text())
    except (OSError, ValueError):
        card = None
    ours = json.loads(json.dumps(source_of(job, prepared, place.parents)))
    wanted = {"name": place.name, "version": place.version, "data": ours}
    fits = isinstance(card, dict) and all(card.get(key) == what for key, what in wanted.items())
    if not (fits and isinstance(card.get("metrics"), Mapping)):
        raise TrainingError(say("training.remote.foreign", host=host, job=job.id))
    found: dict[str, Any] = card
    return found
