"""Drivers and engines found by entry point, so that a vendor's package can bring its own."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Any

from vision.errors import PluginError


def plugin_names(group: str) -> list[str]:
    """Names that installed packages offer in an entry-point group, sorted."""
    return sorted({point.name for point in entry_points(group=group)})


def load_plugin(group: str, name: str) -> Any:
    """The class that the entry point `name` of `group` (e.g. `inspection_cell.cameras`) leads to.

    Raises PluginError when there is none, when two packages offer it, or when its import fails.
    """
    found = {point.value: point for point in entry_points(group=group, name=name)}
    if not found:
        there = ", ".join(plugin_names(group)) or "none: is the project installed?"
        raise PluginError(f"No {name!r} in {group}; there is: {there}")
    if len(found) > 1:
        raise PluginError(
            f"{name!r} in {group} is offered twice ({', '.join(sorted(found))}): uninstall one"
        )
    point = next(iter(found.values()))
    try:
        return point.load()
    except (ImportError, AttributeError) as error:
        raise PluginError(
            f"{name!r} in {group} ({point.value}) cannot be loaded: {error}; install what it needs"
        ) from error
