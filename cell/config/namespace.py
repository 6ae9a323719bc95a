"""The ROS namespace of a cell: what keeps two cells in one ROS domain apart."""

from __future__ import annotations

import re
from typing import Final

NAMESPACE: Final = "/cell"
"""Where a cell's names lie when nobody says otherwise."""
NAME: Final = r"[A-Za-z_][A-Za-z0-9_]*"
LONGEST: Final = 100
"""Characters; ROS allows 245 for a namespace with a node's name behind it."""


def absolute(namespace: str, below: str = "/") -> str:
    """The namespace with its leading slash; one that has none lies below `below`.

    Raises ValueError for what ROS takes for no namespace.
    """
    text = namespace.strip()
    whole = text if text.startswith("/") else f"{below.rstrip('/')}/{text}"
    if not text or (whole != "/" and not re.fullmatch(f"(/{NAME})+", whole)):
        raise ValueError(
            f"'{namespace}' is no ROS namespace: give names of letters, digits and _ between "
            "slashes, e.g. /cell2"
        )
    if len(whole) > LONGEST:
        raise ValueError(f"'{namespace}' is longer than {LONGEST} characters")
    return whole


def frame_prefix(namespace: str) -> str:
    """What stands before the frames of a cell in this namespace, for nobody else names it: frames
    of all cells of a domain share /tf. Nothing for a cell that has the usual namespace.
    """
    return "" if namespace == NAMESPACE else f"{namespace.strip('/')}/".lstrip("/")
