"""In which ROS namespace a node begins: that of its command line, else of its configuration."""

from __future__ import annotations

import sys
from pathlib import Path

from rcl_interfaces.msg import ParameterDescriptor
from rclpy.node import Node

from cell.config import load
from cell.config.namespace import NAMESPACE

RULE = "__ns:="
"""By this rule, behind `-r`, whoever starts a node says where its names lie."""
CONFIG = ParameterDescriptor(
    description="Configuration file of the cell (YAML); empty: the demo cell.", read_only=True
)


def namespace_of(name: str) -> str:
    """The namespace of the node `name`. Where the command line has a rule for it, ROS follows that
    whatever is returned here.

    Raises ConfigError.
    """
    if any(RULE in word for word in sys.argv):
        return NAMESPACE
    # The configuration's file is a parameter, and only a node has parameters.
    asking = Node(name, namespace=NAMESPACE, enable_rosout=False, start_parameter_services=False)
    try:
        path = asking.declare_parameter("config", "", CONFIG).value
    finally:
        asking.destroy_node()
    return load(Path(path) if path else None).namespace
