"""What each route needs, in one place. A route that does not stand here is served to nobody."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from cell.people.roles import Permission as P

NEEDS: Final[Mapping[str, P | None]] = MappingProxyType(
    {
        "openapi": None,
        "docs": None,
        "get_state": P.SEE,
        "stream": P.SEE,
        "list_orders": P.SEE,
        "order_start": P.OPERATE,
        "order_stop": P.STOP,
        "order_drain": P.OPERATE,
        "order_reset": P.OPERATE,
        "order_confirm_clear": P.OPERATE,
        "order_acknowledge": P.OPERATE,
        "order_recipe": P.CHANGE_RECIPE,
        "order_override": P.OVERRIDE,
        "list_parts": P.SEE,
        "get_part": P.SEE,
        "get_part_picture": P.SEE,
        "get_picture": P.SEE,
        "list_alarms": P.SEE,
        "list_runs": P.SEE,
        "list_recipes": P.SEE,
        "get_recipe": P.SEE,
        "get_recipe_picture": P.SEE,
        "get_me": None,
        "list_own_sessions": None,
        "end_own_session": None,
        "list_tokens": P.TOKENS,
        "make_token": P.TOKENS,
        "end_token": P.TOKENS,
        "list_people": P.PEOPLE,
        "add_person": P.PEOPLE,
        "get_person": P.PEOPLE,
        "change_person": P.PEOPLE,
        "set_secret": P.PEOPLE,
        "remove_person": P.PEOPLE,
        "end_person_sessions": P.PEOPLE,
        "list_sessions": P.PEOPLE,
        "end_session": P.PEOPLE,
        "list_audit": P.AUDIT,
        "verify_audit": P.AUDIT,
        "list_queue": P.LABEL,
        "take_item": P.LABEL,
        "get_item": P.LABEL,
        "get_item_picture": P.LABEL,
        "open_item": P.LABEL,
        "renew_item": P.LABEL,
        "release_item": P.LABEL,
        "save_draft": P.LABEL,
        "save_label": P.LABEL,
        "note_item": P.LABEL,
        "get_history": P.LABEL,
        "get_statistics": P.LABEL,
        "get_agreement": P.LABEL,
        "list_sets": P.LABEL,
        "freeze_set": P.FREEZE,
        "get_set": P.LABEL,
        "list_members": P.EXCHANGE,
        "compare_sets": P.LABEL,
    }
)
"""By the route's name, which is its operationId. None: whoever has signed in."""
REPEATABLE: Final = frozenset(
    {
        "order_start", "order_stop", "order_drain", "order_reset", "order_confirm_clear",
        "order_acknowledge", "order_recipe", "order_override", "add_person", "save_label",
        "note_item", "freeze_set",
    }
)  # fmt: skip
"""Routes that take an Idempotency-Key. Not `make_token`: its answer is a secret, kept nowhere."""
