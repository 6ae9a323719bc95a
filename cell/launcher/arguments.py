"""The arguments of `ros2 launch`, and what is said to a mistyped one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from cell.config.processes import TABLE
from cell.launcher.group import LaunchError

PACKAGE = "inspection_cell"
"""Name of the cell as a ROS package."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One launch argument, `name:=value`; `key`: the setting that a given value replaces."""

    name: str
    text: str
    key: str | None = None
    default: str = ""


ARGUMENTS = (
    Argument("config", "Cell configuration (YAML); empty: the demo cell."),
    Argument(
        "data",
        "Folder for journal, records and pictures; empty: the configuration's, for the demo cell "
        "the folder 'data' where the launch is started.",
        "data_dir",
    ),
    Argument("camera", "Camera driver instead of the configuration's.", "camera.driver"),
    Argument("arm", "Arm driver instead of the configuration's.", "robot.arm.driver"),
    Argument("engine", "Inference engine instead of the configuration's.", "inspector.engine"),
    Argument("recipe", "Recipe instead of the configuration's.", "recipe"),
    Argument(
        "namespace",
        "ROS namespace of all names, e.g. cell2; empty: the configuration's (/cell). One without a "
        "leading slash, and the configuration's, lie below that of a group around the cell.",
    ),
    Argument(
        "nodes",
        "Which part of the cell runs on this host, with commas: "
        f"{', '.join(p.name for p in TABLE)}; empty: all.",
    ),
    Argument("hmi", "Start the operator's page: true or false.", default="true"),
    Argument("port", "Port of the operator's page instead of the configuration's.", "hmi.port"),
    Argument(
        "twin", "Start the twin that stands for the hardware: true or false.", default="false"
    ),
    Argument("host", "Loopback address of the twin's arm and PLC; empty: 127.0.0.1."),
    Argument("parts", "How many parts the twin sends; empty: without end."),
    Argument("seed", "Seed of the twin: parts, order, positions, light; empty: 1."),
)
TWINS = ("host", "parts", "seed")
"""Arguments that tell only the twin something."""
NAMES = tuple(argument.name for argument in ARGUMENTS)
LAUNCHS_OWN = (
    "launch-prefix", "launch-prefix-filter", "sigterm_timeout", "sigkill_timeout", "emulate_tty",
    "ros_namespace", "ros_remaps", "global_params",
)  # fmt: skip
"""Arguments that `launch` and `launch_ros` read themselves, whatever the launch file."""


def refuse_unknown(given: Iterable[str], command: Sequence[str], file: Path) -> None:
    """Raise LaunchError for the first of the `given` arguments (`name:=value`) that is not known.

    `command`: the words of the command line. Where that starts another launch file, which includes
    `file`, the arguments are that one's, and any may be right.
    """
    if not _starts(command, file):
        return
    for name in (word.split(":=")[0] for word in given):
        if name not in NAMES and name not in LAUNCHS_OWN:
            near = _near(name)
            hint = f"did you mean '{near}'? " if near else ""
            raise LaunchError(f"no argument '{name}': {hint}Known: {', '.join(NAMES)}.")


def doubtful(names: Iterable[str]) -> list[str]:
    """A warning for each of the `names` set by an including launch file that looks like one of ours
    mistyped.
    """
    others = (n for n in names if n not in NAMES and n not in LAUNCHS_OWN)
    return [
        f"'{name}' is not an argument of the cell; if '{near}' is meant, correct it"
        for name in others
        if (near := _near(name))
    ]


def _starts(command: Sequence[str], file: Path) -> bool:
    """Whether the command line names `file` itself, by its path or by its package."""
    by_package = (PACKAGE, file.name) in pairwise(command)
    return by_package or any(
        Path(word).name == file.name and Path(word).exists() and Path(word).samefile(file)
        for word in command
    )


def _near(name: str) -> str:
    return next(iter(difflib.get_close_matches(name, NAMES, n=1, cutoff=0.7)), "")
