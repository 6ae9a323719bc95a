"""A process' command line: its own words, and those of ROS behind `--ros-args`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from rclpy.utilities import remove_ros_args

from models.ground.errors import UserError

ROS_FLAG = "--ros-args"


class ArgumentError(UserError):
    """A command line cannot be used; the message is one line."""


def own_words(command: Sequence[str]) -> list[str]:
    """The words of `command` that are not for ROS, without the program itself.

    Raises ArgumentError when ROS could not read its part.
    """
    # ROS would also take `config:=x` before its flag, for a remapping, and never say so.
    before = list(takewhile(lambda word: word != ROS_FLAG, command[1:]))
    try:
        after = remove_ros_args([command[0], *command[1 + len(before) :]])[1:]
    except RuntimeError as error:  # all that rclpy raises here is one
        what = str(error).removeprefix("Failed to parse ROS arguments: ").split(", at /")[0]
        raise ArgumentError(f"what follows {ROS_FLAG} cannot be used: {what}") from None
    return [*before, *after]


def require_none(command: Sequence[str]) -> None:
    """Raise ArgumentError when `command` holds words that are not for ROS: a node has no others,
    and a mistyped one must not start it as if nothing had been said.
    """
    words = own_words(command)
    if words:
        raise ArgumentError(
            f"'{' '.join(words)}': a node takes only ROS arguments, for instance "
            "--ros-args -p config:=FILE"
        )
