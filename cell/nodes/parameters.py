"""ROS parameters out of a configuration model: every field declared and described, those of the
driver that it names among them. Only what may change while the node runs can be set.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from rcl_interfaces.msg import (
    FloatingPointRange,
    IntegerRange,
    ParameterDescriptor,
    SetParametersResult,
)
from rclpy.exceptions import InvalidParameterTypeException
from rclpy.node import Node
from rclpy.parameter import Parameter

from cell.config.load import first_problem
from cell.nodes.described import Declared, fields, options
from models.ground.errors import UserError
from models.ground.written import fit
from vision.plugins import load_plugin

Model = TypeVar("Model", bound=BaseModel)
FROM_START = "Read only: taken up when the node starts. Change the configuration, restart the node."
OWN = ("qos_overrides.", "use_sim_time", "start_type_description_service")
"""Parameters of ROS itself."""
LIVE = "May be set while the node runs."


class ParameterError(UserError):
    """A parameter cannot be declared as it was given."""


def declare(
    node: Node,
    section: Model,
    drivers: Mapping[str, tuple[str, str]] | None = None,
    take: Callable[[Model], None] | None = None,
    without: Sequence[str] = (),
    only: Sequence[str] = (),
) -> Model:
    """Declare one parameter for each field of `section`; the values given to the node win over the
    section's.

    drivers: for each place of driver options (`options`, `arm.options`) the field that names the
    driver, and the group of entry points: the driver's own options are declared, too. take: gets
    the section anew when somebody has set what may change at run time. without: fields that are
    for others; only: those that are for this node, all if empty. Returns the section as the
    parameters say. Raises ParameterError for a value that cannot be, PluginError.
    """
    data, live = section.model_dump(mode="json"), set[str]()
    places = drivers or {}
    for one in fields(section):
        if one.name in without or any(one.name.startswith(f"{place}.") for place in places):
            continue
        if only and one.name not in only:
            continue
        if one.live and take is not None:
            live.add(one.name)
        _declare(node, one, data, one.name in live)
    for place, (named, group) in places.items():
        driver = load_plugin(group, _get(data, named))
        for one in options(driver.Config, _get(data, place), f"{place}."):
            if one.name not in without:
                _declare(node, one, data, False)
    if live and take is not None:
        node.add_on_set_parameters_callback(lambda told: _changed(section, data, live, take, told))
    try:
        return fit(type(section), data)
    except ValidationError as error:
        problem = first_problem(error, type(section))
        raise ParameterError(f"{node.get_name()} parameters: {problem}") from None


def _declare(node: Node, one: Declared, data: dict[str, Any], live: bool) -> None:
    """Declare it; a value that was given to the node goes into `data`."""
    text = f"{one.bounds} {LIVE if live else FROM_START}".strip()
    descriptor = ParameterDescriptor(
        description=one.text, additional_constraints=text, read_only=not live
    )
    if one.range is not None and _within(node, one.name, one.range):
        _limit(descriptor, one)
    start = one.kind if one.value is None else one.value
    try:
        given = node.declare_parameter(one.name, start, descriptor).value
    except InvalidParameterTypeException as error:
        hint = " (with a point, e.g. 5.0)" if one.kind is Parameter.Type.DOUBLE else ""
        raise ParameterError(
            f"{node.get_name()} parameters: '{one.name}' is given as {_was(error)}: give a value "
            f"of type {_words(one.kind.name)}{hint}."
        ) from None
    if given is not None and given != one.value:
        _set(data, one.name.split("."), given)


def _within(node: Node, name: str, limits: tuple[float, float]) -> bool:
    """False for a number that was given to the node and lies outside: it is refused with all the
    other fields, in our words.
    """
    given = node._parameter_overrides.get(name)
    value = None if given is None else given.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return True
    return limits[0] <= value <= limits[1]


def _limit(descriptor: ParameterDescriptor, one: Declared) -> None:
    """The range, for tools that offer a slider."""
    assert one.range is not None
    low, high = one.range
    if one.kind is Parameter.Type.DOUBLE:
        descriptor.floating_point_range = [FloatingPointRange(from_value=low, to_value=high)]
    elif one.kind is Parameter.Type.INTEGER:
        descriptor.integer_range = [IntegerRange(from_value=int(low), to_value=int(high), step=1)]


def _was(error: InvalidParameterTypeException) -> str:
    """What was given, and its type as ROS names it."""
    found = re.search(r"to '(.*)' of type '(?:Type\.)?(\w+)'", str(error))
    return f"'{found[1]}' ({_words(found[2])})" if found else "something else"


def _words(kind: str) -> str:
    return kind.lower().replace("_", " ")


def _changed(
    section: Model,
    data: dict[str, Any],
    live: set[str],
    take: Callable[[Model], None],
    told: Sequence[Parameter],
) -> SetParametersResult:
    """What becomes of parameters that somebody sets; of ROS's own ones this knows nothing."""
    wanted = {p.name: p.value for p in told if p.name in live}
    if not wanted:
        return SetParametersResult(successful=True)
    fresh = {**data, **wanted}
    try:
        changed = fit(type(section), fresh)
    except ValidationError as error:
        return SetParametersResult(successful=False, reason=first_problem(error, type(section)))
    data.update(wanted)
    take(changed)
    return SetParametersResult(successful=True)


def _get(data: dict[str, Any], dotted: str) -> Any:
    for part in dotted.split("."):
        data = data[part]
    return data


def _set(data: dict[str, Any], path: list[str], value: object) -> None:
    for part in path[:-1]:
        data = data.setdefault(part, {})
    data[path[-1]] = value


def unknown(node: Node) -> list[str]:
    """A warning for each parameter that was given to the node and that it does not have: one file
    may hold those of other nodes, too.
    """
    known = list(node._parameters)
    warnings = []
    for name in node._parameter_overrides:
        if name not in known and not name.startswith(OWN):
            near = difflib.get_close_matches(name, known, n=1)
            hint = f": is '{near[0]}' meant?" if near else "."
            warnings.append(f"there is no parameter '{name}' here{hint}")
    return warnings
