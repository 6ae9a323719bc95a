"""A section of the configuration as ROS parameters: described, and set only where that works."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
import rclpy
from rclpy.context import Context
from rclpy.node import Node
from rclpy.parameter import Parameter

from cell.config import CellConfig, load
from cell.config.tree import CameraSection
from cell.launcher.visiting import visiting
from cell.nodes.parameters import FROM_START, LIVE, ParameterError, declare, unknown
from vision.cameras.basler_config import BaslerConfig

CAMERA = {"options": ("driver", "inspection_cell.cameras")}
DOMAIN = 64
Make = Callable[..., Node]


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Makes a node to which parameters are given on its command line."""
    monkeypatch.setenv("ROS_AUTOMATIC_DISCOVERY_RANGE", "LOCALHOST")
    made: list[tuple[Node, Context]] = []

    def go(*given: str) -> Node:
        context = Context()
        words = [word for rule in given for word in ("-p", rule)]
        with visiting():
            rclpy.init(args=["--ros-args", *words], context=context, domain_id=DOMAIN)
            made.append((Node("camera", context=context), context))
        return made[-1][0]

    yield go
    for node, context in made:
        node.destroy_node()
        rclpy.shutdown(context=context)


@pytest.fixture
def config() -> CellConfig:
    return load(None)


def test_every_option_of_the_driver_is_there_with_its_words(make: Make, config: CellConfig) -> None:
    node = make()
    declare(node, config.camera, CAMERA)
    there = {name.removeprefix("options.") for name in node._parameters if "options." in name}
    nested = {"lines"}
    assert set(BaslerConfig.model_fields) - nested <= there
    assert {"lines.host", "lines.pulse_port", "lines.device_port"} <= there
    exposure = node.describe_parameter("options.exposure_us")
    assert "[us]" in exposure.description
    assert exposure.additional_constraints == f"> 0, <= 1e+06. {FROM_START}"
    default = BaslerConfig.model_fields["exposure_us"].default
    assert node.get_parameter("options.exposure_us").value == default
    trigger = node.describe_parameter("options.trigger").additional_constraints
    assert trigger.startswith("one of external, software.")


def test_what_is_given_to_the_node_counts(make: Make, config: CellConfig) -> None:
    node = make("options.exposure_us:=80.0", "options.serial:='17'", "preview_hz:=1.5")
    section = declare(node, config.camera, CAMERA)
    options = BaslerConfig.model_validate(section.options)
    assert (options.exposure_us, options.serial, section.preview_hz) == (80.0, "17", 1.5)
    assert options.image_folder == BaslerConfig.model_validate(config.camera.options).image_folder


def test_what_may_change_is_set_and_the_rest_is_refused(make: Make, config: CellConfig) -> None:
    node, now = make(), SimpleNamespace(section=config.camera)

    def take(section: CameraSection) -> None:
        now.section = section

    declare(node, config.camera, CAMERA, take)
    assert node.describe_parameter("preview_hz").additional_constraints.endswith(LIVE)

    def told(name: str, value: object) -> tuple[bool, str]:
        (answer,) = node.set_parameters([Parameter(name, value=value)])
        return answer.successful, answer.reason

    assert told("preview_hz", 5.0) == (True, "")
    assert now.section.preview_hz == 5.0
    done, why = told("preview_hz", 50.0)
    assert not done
    assert "Min: 0.0, Max: 10.0, value: 50.0" in why
    done, why = told("options.exposure_us", 80.0)
    assert not done
    assert "read-only" in why
    assert now.section.preview_hz == 5.0
    assert node.get_parameter("preview_hz").value == 5.0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("preview_hz:=2", "'preview_hz' is given as '2' (integer): give a value of type double"),
        ("options.slots:=many", "'options.slots' is given as 'many' (string)"),
        ("preview_hz:=50.0", "less than or equal to 10"),
    ],
)
def test_a_wrong_value_is_one_line(make: Make, config: CellConfig, given: str, words: str) -> None:
    node = make(given)
    with pytest.raises(ParameterError) as refused:
        declare(node, config.camera, CAMERA)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_mistyped_parameter_is_told(make: Make, config: CellConfig) -> None:
    node = make("options.exposur_us:=80.0", "use_sim_time:=false")
    declare(node, config.camera, CAMERA)
    (warning,) = unknown(node)
    assert "'options.exposur_us'" in warning
    assert "'options.exposure_us'" in warning
