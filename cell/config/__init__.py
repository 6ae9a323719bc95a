"""One described configuration tree; command line, nodes, launch files and docs derive from it."""

from cell.config.load import ConfigError, dump, load
from cell.config.tree import CellConfig

__all__ = ["CellConfig", "ConfigError", "dump", "load"]
