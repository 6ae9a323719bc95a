"""What each node declares, asked of the real nodes as `ros2 param describe` asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from rcl_interfaces.msg import ParameterType
from rcl_interfaces.srv import DescribeParameters, GetParameters, ListParameters, SetParameters
from rclpy.parameter import Parameter

from cell.config import dump, load
from cell.config.processes import TABLE
from cell.nodes.described import fields
from cell.nodes.parameters import FROM_START, LIVE, OWN

if TYPE_CHECKING:
    from tests.nodes.conftest import Bench, Listener

DOMAIN = 61
NODES = tuple(p.name for p in TABLE if p.is_node)
UNITS = {
    "_m_s": "m/s", "_m_s2": "m/s^2", "_deg_s": "deg/s", "_hz": "Hz", "_us": "us", "_ms": "ms",
    "_s": "s", "_m": "m", "_mm": "mm", "_mib": "MiB",
}  # fmt: skip
"""What a name's end says of its unit."""
CHANGED_LIVE = {("camera", "preview_hz")}


def test_the_table_has_the_nodes_that_are_asked() -> None:
    assert set(NODES) == {
        "belt", "camera", "inspector", "robot", "supervisor", "recorder", "bridge",
    }  # fmt: skip


@pytest.mark.parametrize("node", NODES)
def test_each_parameter_is_described_and_refused_or_set(
    bench: Bench, listener: Listener, node: str
) -> None:
    config = bench.folder / "config.yaml"
    dump(load(None, {"data_dir": str(bench.folder)}), config)
    bench.start(
        "-m", f"cell.nodes.{node}", "--ros-args", "-p", f"config:={config}",
        "-p", "autostart:=false",
    )  # fmt: skip

    def ask(kind: Any, service: str, request: Any) -> Any:
        client = listener.node.create_client(kind, f"/cell/{node}/{service}")
        listener.until(client.service_is_ready, bench)
        future = client.call_async(request)
        listener.until(future.done, bench)
        return future.result()

    listed = ask(ListParameters, "list_parameters", ListParameters.Request()).result.names
    names = sorted(name for name in listed if not name.startswith(OWN))
    told = ask(DescribeParameters, "describe_parameters", DescribeParameters.Request(names=names))
    assert {"config", "autostart"} < set(names)
    live = set()
    for name, described in zip(names, told.descriptors, strict=True):
        where = f"{node} {name}"
        assert len(described.description) > 10, where
        assert described.description.strip(": ") != name, where
        ends = [end for end in UNITS if name.endswith(end)]
        number = described.type in (ParameterType.PARAMETER_DOUBLE, ParameterType.PARAMETER_INTEGER)
        if number and ends:
            assert described.description.endswith(f"[{UNITS[max(ends, key=len)]}]"), where
        if name not in ("config", "autostart"):
            words = described.additional_constraints
            assert words.endswith(FROM_START if described.read_only else LIVE), where
        ranges = [*described.floating_point_range, *described.integer_range]
        if ranges:
            asked = GetParameters.Request(names=[name])
            (value,) = ask(GetParameters, "get_parameters", asked).values
            now = value.double_value if described.floating_point_range else value.integer_value
            assert ranges[0].from_value <= now <= ranges[0].to_value, where
        if not described.read_only:
            live.add((node, name))
    if node == "supervisor":
        assert {"speed_m_s", "lease_m"} < set(names)
    assert live == {one for one in CHANGED_LIVE if one[0] == node}
    fixed = [n for n, d in zip(names, told.descriptors, strict=True) if d.read_only]
    wanted = [Parameter(fixed[-1], value=1.0).to_parameter_msg()]
    (answer,) = ask(
        SetParameters, "set_parameters", SetParameters.Request(parameters=wanted)
    ).results
    assert not answer.successful
    assert "read-only" in answer.reason


def test_the_speed_of_the_belt_is_the_supervisors() -> None:
    """Whoever orders it declares it; its bounds are a range."""
    (speed,) = [one for one in fields(load(None).belt) if one.name == "speed_m_s"]
    assert (speed.range, speed.bounds) == ((0.0, 2.0), "> 0, <= 2.")
    assert speed.text.endswith("[m/s]")
