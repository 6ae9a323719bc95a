"""What a bag is made of: MCAP as rosbag2 writes it, so that standard tools read it.

Source: mcap.dev, "MCAP ROS 2 profile" (messages as CDR, schemas as `ros2msg`); quality of service
as rosbag2 notes it (channel metadata `offered_qos_profiles`).
"""

from __future__ import annotations

import importlib
import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import yaml
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy

from models.ground.errors import UserError

QOS: Final = "offered_qos_profiles"
DEPTH: Final = 100
_RULE: Final = "=" * 80
_FIELD: Final = re.compile(r"^([A-Za-z]\w*(?:/[A-Za-z]\w*)?)[\[\]<=\d]*\s+[A-Za-z]")
_FOREVER: Final = {"sec": 9223372036, "nsec": 854775807}


class BagError(UserError):
    """A bag cannot be written or played; the message says which and why."""


def message_class(kind: str) -> Any:
    """The class of messages `package/msg/Name`. Raises BagError where it is not installed."""
    try:
        package, name = kind.split("/msg/")
        return getattr(importlib.import_module(f"{package}.msg"), name)
    except (AttributeError, ImportError, ValueError) as error:
        raise BagError(f"messages of type {kind} are not known here: install its package") from (
            error
        )


def definition(kind: str) -> str:
    """The definition of `package/msg/Name` with those of all it is made of. Raises BagError."""
    package, name = kind.split("/msg/")
    first, pending, seen = "", [f"{package}/{name}"], []
    while pending:
        wanted = pending.pop(0)
        if wanted in seen:
            continue
        seen.append(wanted)
        text = _text(*wanted.split("/"))
        pending += _parts(text, wanted.split("/")[0])
        first += text if not first else f"{_RULE}\nMSG: {wanted}\n{text}"
    return first


def offered(reliable: bool, lasting: bool) -> str:
    """A writer's quality of service in rosbag2's words."""
    profile = {
        "history": "keep_last",
        "depth": 1 if lasting else DEPTH,
        "reliability": "reliable" if reliable else "best_effort",
        "durability": "transient_local" if lasting else "volatile",
        "deadline": _FOREVER,
        "lifespan": _FOREVER,
        "liveliness": "automatic",
        "liveliness_lease_duration": _FOREVER,
        "avoid_ros_namespace_conventions": False,
    }
    return yaml.safe_dump([profile], sort_keys=False)


def writer_of(text: str) -> QoSProfile:
    """The writer that a bag's channel asks for; a reliable one where it says nothing."""
    try:
        first = (yaml.safe_load(text) or [{}])[0]
        reliable = str(first.get("reliability", "reliable")) in ("reliable", "1")
        lasting = str(first.get("durability", "volatile")) in ("transient_local", "1")
    except (yaml.YAMLError, AttributeError, KeyError, TypeError):
        reliable, lasting = True, False
    return quality(reliable, lasting)


def quality(reliable: bool, lasting: bool) -> QoSProfile:
    """The quality of service of a writer, or of a reader that fits it."""
    return QoSProfile(
        depth=DEPTH,
        reliability=ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
        durability=DurabilityPolicy.TRANSIENT_LOCAL if lasting else DurabilityPolicy.VOLATILE,
    )


def _parts(text: str, package: str) -> Iterable[str]:
    """The messages that a definition names."""
    for line in text.splitlines():
        found = _FIELD.match(line.strip())
        word = found[1] if found else ""
        if "/" in word:
            yield word
        elif word[:1].isupper():
            yield f"{package}/{word}"


def _text(package: str, name: str) -> str:
    prefixes = [*os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep), sys.prefix]
    for prefix in filter(None, prefixes):
        file = Path(prefix) / "share" / package / "msg" / f"{name}.msg"
        if file.is_file():
            return file.read_text(encoding="utf-8").rstrip() + "\n"
    raise BagError(f"the definition of {package}/{name} is not installed: run `make setup`")
