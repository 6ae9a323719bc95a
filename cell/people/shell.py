"""Who acts at a shell of the cell's own computer: whoever may write the data folder may do all."""

from __future__ import annotations

import os
import pwd

from cell.people.person import How, SignedIn
from cell.people.roles import Role


def at_shell() -> SignedIn:
    """The operating system's user of this process, as the log knows him."""
    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:  # a container's user without an entry
        name = f"user {number}"
    return SignedIn(name, Role.ADMIN, How.SHELL)
