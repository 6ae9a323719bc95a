"""The errors that people can do something about."""

from typing import Final

PORT_TAKEN: Final = 3
"""Exit code of a process whose port another one has."""


class UserError(Exception):
    """Something that was given, or stands around the cell, does not do; no fault of the program.

    The message says what happened, to what, and what to do now. Whoever can go on without it,
    catches its own kind of it; what nobody catches is said in one line by `models.ground.ending` (a
    process ends with `exit_code`) or by the node (`cell.nodes.base`).
    """

    exit_code: int = 2
