"""Everybody who may work with the cell: the one door to accounts, sessions and tokens.

Methods that ask for a password, PIN or badge, or set one, take 0.4 s of a processor on purpose:
call them off the event loop. All others take about a millisecond. Times are ns of the system clock.
Errors are PeopleError, SignInError, ForbiddenError and AuditError, with texts by code.
"""

from __future__ import annotations

from cell.people.files import Files
from cell.people.first_start import FirstStart
from cell.people.sessions import OpenSessions
from cell.people.signing_in import SigningIn
from cell.people.tokens import Programs


class People(FirstStart, SigningIn, OpenSessions, Programs, Files):
    """May be used by any thread, and by several processes at once."""
