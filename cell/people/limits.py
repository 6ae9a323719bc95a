"""Numbers of sign-in, as the configuration says them: lockout and the length of sessions."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from cell.people.person import How
from cell.people.roles import Role

SECOND_NS: Final = 1_000_000_000
MINUTE_NS: Final = 60 * SECOND_NS
HOUR_NS: Final = 60 * MINUTE_NS
DAY_NS: Final = 24 * HOUR_NS

PANEL: Final = frozenset({How.PIN, How.BADGE, How.DEMO})
"""How people sign in at a panel that they share with others."""


class Closed(BaseModel):
    """Base of every section: frozen, unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Lockout(Closed):
    """When guessing is stopped. An address is shared by good users, so it is given more tries."""

    misses: int = Field(
        5, ge=1, le=100, title="Misses", description="Wrong tries of one name until it waits."
    )
    address_misses: int = Field(
        50,
        ge=1,
        le=10_000,
        title="Misses of an address",
        description="Wrong tries of one address, whatever the names, until it waits.",
    )
    first_s: float = Field(
        30.0,
        ge=1,
        le=86_400,
        title="First wait",
        description="How long nobody is asked then; it doubles with every miss after that.",
        json_schema_extra={"unit": "s"},
    )
    longest_s: float = Field(
        900.0,
        ge=1,
        le=86_400,
        title="Longest wait",
        description="The wait grows no longer than this.",
        json_schema_extra={"unit": "s"},
    )


class Span(Closed):
    """How long a session lasts."""

    idle_min: float = Field(
        gt=0,
        le=1440,
        title="Idle",
        description="It ends when nothing was done for so long.",
        json_schema_extra={"unit": "min"},
    )
    hours: float = Field(
        gt=0,
        le=720,
        title="At the longest",
        description="It ends then, whatever is done.",
        json_schema_extra={"unit": "h"},
    )


def _span(title: str, idle_min: float, hours: float, description: str) -> Any:
    return Field(
        default_factory=lambda: Span(idle_min=idle_min, hours=hours),
        title=title,
        description=description,
    )


class Sessions(Closed):
    """How long sessions last, by how somebody has signed in and as what."""

    own: Span = _span("Own screen", 60, 12, "Signed in by password or by the company's accounts.")
    panel: Span = _span("Shared panel", 15, 10, "Signed in by PIN or badge.")
    admin: Span = _span("Administrators", 15, 4, "The shorter one counts for them.")

    def of(self, role: Role, how: How) -> Span:
        """The span that counts for a session."""
        usual = self.panel if how in PANEL else self.own
        if role is not Role.ADMIN:
            return usual
        return Span(
            idle_min=min(usual.idle_min, self.admin.idle_min),
            hours=min(usual.hours, self.admin.hours),
        )


class PeopleSettings(Closed):
    """What accounts, sessions and the audit log need to know."""

    keys: Path | None = Field(
        None,
        title="Keys",
        description="Folder of the audit log's key and head, best on another disk or computer; "
        "relative to this file; empty: `keys` in the data folder.",
    )
    lockout: Lockout = Field(
        default_factory=Lockout, title="Lockout", description="When guessing is stopped."
    )
    sessions: Sessions = Field(
        default_factory=Sessions, title="Sessions", description="How long sessions last."
    )

    def keys_beside(self, data_dir: Path) -> Path:
        """The folder of keys of a cell with this data folder."""
        return self.keys or data_dir / "keys"
