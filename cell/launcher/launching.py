"""The processes that `ros2 launch` shall start for what it was asked. Without ROS's `launch`, which
only the launch file knows.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cell.config import CellConfig, ConfigError, dump, load
from cell.config.namespace import absolute
from cell.config.processes import TWIN, Process, chosen, parted
from cell.launcher.arguments import ARGUMENTS, TWINS
from cell.launcher.control import CONTROL_PORT
from cell.launcher.demo import demo_overrides
from cell.launcher.ports import require_free
from cell.launcher.start import AFTER, STARTER
from cell.launcher.twin import UR_PORTS
from models.ground.written import WrittenError, parse_yaml

TRUTH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


@dataclass(frozen=True, slots=True)
class Start:
    """How one process is started: program, its arguments, and what follows `--ros-args`."""

    name: str
    program: str
    arguments: tuple[str, ...]
    ros_arguments: tuple[str, ...]
    is_node: bool
    is_twin: bool = False
    """It speaks no ROS, and is not started again when it has ended: the launch ends with it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A cell that `ros2 launch` shall start."""

    config: CellConfig
    starts: tuple[Start, ...]
    warnings: tuple[str, ...] = ()


def plan(values: Mapping[str, str], folder: Path, starter: int, below: str = "/") -> Plan:
    """The processes for the arguments' `values`; the resolved configuration is written to `folder`.

    `starter`: process id of who starts them; `below`: the namespace of a group around the launch.
    Raises ConfigError, LaunchError.
    """
    twin = _twin(values)
    config = _configuration(values, below, twin)
    wanted = _wanted(values)
    if "hmi" in [p.name for p in wanted]:
        require_free(config.hmi.host, [(config.hmi.port, "operator's page; port:=")])
    if twin is not None:
        require_free(twin.host, [(p, "the twin; host:=") for p in (*UR_PORTS, CONTROL_PORT)])
    file = folder / "config.yaml"
    dump(config, file)
    after = () if twin is None else (AFTER, f"{twin.host}:{CONTROL_PORT}")
    starts = [_start(p, file, starter, after if p.needs_machine else ()) for p in wanted]
    if twin is not None:
        told = ("--data", str(config.data_dir), "--host", twin.host, *twin.options)
        first = _start(TWIN, file, starter)
        starts.insert(0, replace(first, arguments=(*first.arguments, *told), is_twin=True))
    return Plan(config, tuple(starts), tuple(parted(wanted)))


@dataclass(frozen=True, slots=True)
class _Twin:
    """What the arguments tell the twin."""

    host: str
    options: tuple[str, ...]


def _twin(values: Mapping[str, str]) -> _Twin | None:
    given = {name: values[name].strip() for name in TWINS if values[name].strip()}
    if not _truth("twin", values["twin"]):
        for name, value in given.items():
            raise ConfigError(f"{name}:={value}: tells only the twin: add twin:=true.")
        return None
    host = given.pop("host", "127.0.0.1")
    for name, value in given.items():
        if not value.isdecimal():
            raise ConfigError(f"{name}:={value}: give a whole number.")
    return _Twin(host, tuple(word for n, v in given.items() for word in (f"--{n}", v)))


def _wanted(values: Mapping[str, str]) -> tuple[Process, ...]:
    try:
        named = chosen(values["nodes"])
    except ValueError as error:
        raise ConfigError(f"nodes:={values['nodes']}: {error}.") from None
    with_page = _truth("hmi", values["hmi"])
    wanted = tuple(p for p in named if p.name != "hmi" or with_page)
    if not wanted:
        raise ConfigError(f"nodes:={values['nodes']} hmi:={values['hmi']}: nothing would start.")
    return wanted


def _configuration(values: Mapping[str, str], below: str, twin: _Twin | None) -> CellConfig:
    given = {a.key: values[a.name] for a in ARGUMENTS if a.key is not None and values[a.name]}
    path = Path(values["config"]).expanduser() if values["config"] else None
    if path is None:
        given.setdefault("data_dir", "data")
    if "data_dir" in given:  # where the person is, not where the configuration is
        given["data_dir"] = str(Path(given["data_dir"]).expanduser().resolve())
    try:  # launch hands over texts
        port = {"hmi.port": parse_yaml(given["hmi.port"])} if "hmi.port" in given else {}
    except WrittenError as error:
        raise ConfigError(f"port:={given['hmi.port']}: {error}") from None
    demo = {}
    if twin is not None and path is None:
        demo = demo_overrides(twin.host, Path(given["data_dir"]))
    config = load(path, {**demo, **given, **port})
    return config.model_copy(update={"namespace": _namespace(values, config, below)})


def _namespace(values: Mapping[str, str], config: CellConfig, below: str) -> str:
    given = values["namespace"].strip()
    try:
        return absolute(given or config.namespace.removeprefix("/"), absolute(below))
    except ValueError as error:
        raise ConfigError(f"namespace:={given or config.namespace}: {error}.") from None


def _start(process: Process, config: Path, starter: int, more: tuple[str, ...] = ()) -> Start:
    starting = ("-m", "cell.launcher.start", STARTER, str(starter), *more, process.name)
    return Start(
        process.name,
        sys.executable,
        (*starting, *process.arguments(config)),
        tuple(process.ros_arguments(config)),
        process.is_node,
    )


def _truth(name: str, value: str) -> bool:
    try:
        return TRUTH[value.strip().lower()]
    except KeyError:
        raise ConfigError(f"{name}:={value}: give true or false.") from None
