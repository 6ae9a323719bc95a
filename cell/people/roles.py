"""What each role may do: the one table, which every route and every button is made from."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from cell.texts import say
from models.ground.errors import UserError


class Role(StrEnum):
    """What a person is to the cell."""

    OPERATOR = "operator"
    QUALITY = "quality"
    INTEGRATOR = "integrator"
    ADMIN = "admin"


class Permission(StrEnum):
    """One thing that a role may or may not do."""

    SEE = "cell.see"
    """Live state, parts, alarms and pictures."""
    STOP = "cell.stop"
    OPERATE = "cell.operate"
    """Start, drain, reset, confirm that the belt is clear, acknowledge alarms."""
    CHANGE_RECIPE = "cell.change_recipe"
    OVERRIDE = "verdict.override"
    LABEL = "labels.make"
    """Take pictures from the queue, label and review them."""
    FREEZE = "labels.freeze"
    """Decide contrary labels, freeze label sets."""
    EXCHANGE = "labels.exchange"
    """Bring pictures and labels in from files, and out."""
    TRAIN = "models.train"
    """Train models from label sets; end and resume such jobs."""
    PROMOTE = "models.promote"
    """Take models in, and let one on where the gate lets it through."""
    ROLL_BACK = "models.roll_back"
    """Go back to the model before."""
    OVERRIDE_GATE = "models.override_gate"
    """Let a model through against the gate."""
    EXAMINE = "quality.examine"
    """Plan gauge studies, audits and acceptance runs, and say what drawn parts are."""
    SIGN = "quality.sign"
    """Sign the result of an acceptance run."""
    MONITORS = "quality.monitors"
    """Have the running line's monitors learn anew what is usual."""
    CONFIGURATION = "configuration.read"
    AUDIT = "audit.read"
    PEOPLE = "people.manage"
    """Accounts, roles, sessions of others."""
    TOKENS = "tokens.own"
    """Make tokens for programs that act with the own role."""


_ALL: Final = frozenset(Permission)
_EVERYBODY: Final = frozenset({Permission.SEE, Permission.STOP})

TABLE: Final[Mapping[Role, frozenset[Permission]]] = MappingProxyType(
    {
        Role.OPERATOR: _EVERYBODY
        | {Permission.OPERATE, Permission.CHANGE_RECIPE, Permission.OVERRIDE},
        Role.QUALITY: _EVERYBODY
        | {
            Permission.OVERRIDE,
            Permission.LABEL,
            Permission.FREEZE,
            Permission.EXCHANGE,
            Permission.TRAIN,
            Permission.PROMOTE,
            Permission.ROLL_BACK,
            Permission.EXAMINE,
            Permission.SIGN,
            Permission.MONITORS,
            Permission.AUDIT,
            Permission.TOKENS,
        },
        Role.INTEGRATOR: _EVERYBODY
        | {
            Permission.OPERATE,
            Permission.CHANGE_RECIPE,
            Permission.ROLL_BACK,
            Permission.MONITORS,
            Permission.CONFIGURATION,
            Permission.AUDIT,
            Permission.TOKENS,
        },
        Role.ADMIN: _ALL,
    }
)
"""Everybody may stop the cell."""


class ForbiddenError(UserError):
    """The person's role does not allow it."""


def may(role: Role, permission: Permission) -> bool:
    """Whether the role allows it."""
    return permission in TABLE[role]


def require(role: Role, permission: Permission) -> None:
    """Raises ForbiddenError for what the role does not allow."""
    if not may(role, permission):
        raise ForbiddenError(say("people.forbidden", role=role, permission=permission))
