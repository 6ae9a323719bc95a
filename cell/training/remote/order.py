"""What another machine gets of a job, as one archive: `order.json` and the pictures."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from cell.labels.values import LabelSet
from cell.training.packing import Place
from cell.training.preparing import Prepared
from cell.training.remote.archive import ORDER, add_file
from cell.training.rows import wish_of
from cell.training.values import Job, Progress, State
from vision.lab.data.types import Sample

PICTURES = "pictures"
KINDS = ("train", "selection", "report")


@dataclass(frozen=True, slots=True)
class Order:
    """A job for another machine. place: what its package is called; cores: 0 for all; device: of
    torch; min_free_mib: room on the disk there that is not for training.
    """

    job: Job
    prepared: Prepared
    place: Place
    device: str
    cores: int
    min_free_mib: int


def write_order(order: Order, stream: IO[bytes]) -> None:
    """The archive, picture by picture; nothing is kept in memory. Raises OSError."""
    with tarfile.open(fileobj=stream, mode="w|") as archive:
        names: dict[Path, str] = {}
        for kind in KINDS:
            for sample in getattr(order.prepared, kind):
                names.setdefault(sample.image, f"{len(names):06}{sample.image.suffix.lower()}")
        text = json.dumps(_told(order, names), ensure_ascii=False).encode()
        for image, name in names.items():
            add_file(archive, f"{PICTURES}/{name}", image.read_bytes())
        add_file(archive, ORDER, text)  # last: an archive that was cut off has none


def size_of(prepared: Prepared) -> int:
    """About how large the archive is [bytes]."""
    images = {s.image for kind in KINDS for s in getattr(prepared, kind)}
    return sum(image.stat().st_size + 1024 for image in images)


def read_order(folder: Path) -> Order:
    """The order that was unpacked into `folder`."""
    told = json.loads((folder / ORDER).read_text())
    prepared = told["prepared"]
    sets = {kind: [_sample(one, folder / PICTURES) for one in prepared[kind]] for kind in KINDS}
    job = told["job"]
    return Order(
        Job(job["id"], wish_of(job["wish"]), job["fingerprint"], job["by"], job["at_ns"],
            State.RUNNING, Progress()),
        Prepared(
            LabelSet(**prepared["label_set"]), tuple(prepared["classes"]), tuple(prepared["size"]),
            sets["train"], sets["selection"], sets["report"], prepared["left_out"],
            tuple(prepared["unseen"]), (),
        ),
        place_of(told), told["device"], told["cores"], told["min_free_mib"],
    )  # fmt: skip


def place_of(told: dict[str, Any]) -> Place:
    """What the package of an order is called."""
    place = told["place"]
    return Place(place["name"], place["version"], tuple(place["parents"]))


def _told(order: Order, names: dict[Path, str]) -> dict[str, Any]:
    job, prepared = order.job, order.prepared
    return {
        "job": {
            "id": job.id, "wish": asdict(job.wish), "fingerprint": job.fingerprint, "by": job.by,
            "at_ns": job.at_ns,
        },
        "prepared": {
            "label_set": asdict(prepared.label_set), "classes": prepared.classes,
            "size": prepared.size, "left_out": prepared.left_out, "unseen": prepared.unseen,
            **{kind: _plain(getattr(prepared, kind), names) for kind in KINDS},
        },
        "place": asdict(order.place),
        "device": order.device,
        "cores": order.cores,
        "min_free_mib": order.min_free_mib,
    }  # fmt: skip


def _plain(samples: Sequence[Sample], names: dict[Path, str]) -> list[dict[str, Any]]:
    return [
        {
            "name": one.name, "image": names[one.image], "size": one.size, "group": one.group,
            "boxes": one.boxes.tolist(), "labels": one.labels.tolist(),
        }
        for one in samples
    ]  # fmt: skip


def _sample(told: dict[str, Any], pictures: Path) -> Sample:
    boxes = np.array(told["boxes"], np.float32).reshape(-1, 4)
    labels = np.array(told["labels"], np.int64)
    image = pictures / Path(told["image"]).name
    return Sample(told["name"], image, tuple(told["size"]), told["group"], boxes, labels)
