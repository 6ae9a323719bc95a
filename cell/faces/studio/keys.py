"""Which key does what on the canvas: the one table, which the canvas obeys and the help shows."""

from __future__ import annotations

from typing import Final

from cell.texts import Lang, tr

_ARROWS: Final = ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown")

GROUPS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "finish": {
        "save": ("Enter",),
        "good": ("g",),
        "unusable": ("u",),
        "skip": ("s",),
        "note": ("n",),
    },
    "draw": {
        "box": ("b",),
        "polygon": ("p",),
        "corner": ("Space",),
        "cancel": ("Escape",),
        "class": tuple("123456789"),
        "copy": ("c",),
    },
    "change": {
        "next_shape": ("Tab",),
        "last_shape": ("Shift+Tab",),
        "move": (*_ARROWS, *(f"Shift+{arrow}" for arrow in _ARROWS)),
        "resize": (
            *(f"Ctrl+{arrow}" for arrow in _ARROWS),
            *(f"Ctrl+Shift+{arrow}" for arrow in _ARROWS),
        ),
        "bend": ("v",),
        "delete": ("Delete", "Backspace"),
        "undo": ("Ctrl+z",),
        "redo": ("Ctrl+y", "Ctrl+Shift+z"),
    },
    "proposals": {"accept": ("a",), "refuse": ("x",)},
    "look": {
        "blink": ("o",),
        "slider": ("l",),
        "slide_left": ("[",),
        "slide_right": ("]",),
        "difference": ("d",),
        "heat": ("t",),
        "hide": ("h",),
        "zoom_in": ("+", "="),
        "zoom_out": ("-",),
        "fit": ("0",),
        "help": ("?",),
    },
}
"""By what they are for: an action's name and its keys, as browser/keys.js writes them."""
SHOWN: Final = {
    "class": "1 – 9",
    "move": "← ↑ ↓ →",
    "resize": "Ctrl + ← ↑ ↓ →",
    "zoom_in": "+",
    "delete": "Delete",
}
"""Keys that are shown otherwise than by their names."""


def table() -> list[tuple[str, list[str]]]:
    """Every action with its keys, for the canvas."""
    return [(act, list(keys)) for group in GROUPS.values() for act, keys in group.items()]


def shown(action: str, keys: tuple[str, ...]) -> str:
    """An action's keys for people."""
    if action in SHOWN:
        return SHOWN[action]
    return " / ".join("+".join(_word(part) for part in key.split("+")) for key in keys)


def names() -> dict[str, str]:
    """Each action's keys for people."""
    return {act: shown(act, keys) for group in GROUPS.values() for act, keys in group.items()}


def words(lang: Lang) -> dict[str, str]:
    """What each action does, in the reader's language."""
    return {act: tr(f"studio.do.{act}", lang) for group in GROUPS.values() for act in group}


def _word(key: str) -> str:
    return key.upper() if len(key) == 1 else key
