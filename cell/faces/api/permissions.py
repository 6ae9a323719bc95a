"""What each route needs, in one place. A route that does not stand here is served to nobody."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from cell.people.roles import Permission

NEEDS: Final[Mapping[str, Permission | None]] = MappingProxyType(
    {
        "openapi": None,
        "docs": None,
        "get_state": Permission.SEE,
        "stream": Permission.SEE,
        "list_orders": Permission.SEE,
        "order_start": Permission.OPERATE,
        "order_stop": Permission.STOP,
        "order_drain": Permission.OPERATE,
        "order_reset": Permission.OPERATE,
        "order_confirm_clear": Permission.OPERATE,
        "order_acknowledge": Permission.OPERATE,
        "order_recipe": Permission.CHANGE_RECIPE,
        "order_override": Permission.OVERRIDE,
        "list_parts": Permission.SEE,
        "get_part": Permission.SEE,
        "get_part_picture": Permission.SEE,
        "get_picture": Permission.SEE,
        "get_counts": Permission.SEE,
        "get_pareto": Permission.SEE,
        "get_places": Permission.SEE,
        "get_series": Permission.SEE,
        "get_alarm_counts": Permission.SEE,
        "get_states": Permission.SEE,
        "get_gallery": Permission.SEE,
        "export_parts": Permission.SEE,
        "list_alarms": Permission.SEE,
        "list_runs": Permission.SEE,
        "list_recipes": Permission.SEE,
        "get_recipe": Permission.SEE,
        "get_recipe_picture": Permission.SEE,
        "get_me": None,
        "list_own_sessions": None,
        "end_own_session": None,
        "list_tokens": Permission.TOKENS,
        "make_token": Permission.TOKENS,
        "end_token": Permission.TOKENS,
        "list_people": Permission.PEOPLE,
        "add_person": Permission.PEOPLE,
        "get_person": Permission.PEOPLE,
        "change_person": Permission.PEOPLE,
        "set_secret": Permission.PEOPLE,
        "remove_person": Permission.PEOPLE,
        "end_person_sessions": Permission.PEOPLE,
        "list_sessions": Permission.PEOPLE,
        "end_session": Permission.PEOPLE,
        "list_audit": Permission.AUDIT,
        "verify_audit": Permission.AUDIT,
        "list_queue": Permission.LABEL,
        "take_item": Permission.LABEL,
        "get_item": Permission.LABEL,
        "get_item_picture": Permission.LABEL,
        "open_item": Permission.LABEL,
        "renew_item": Permission.LABEL,
        "release_item": Permission.LABEL,
        "save_draft": Permission.LABEL,
        "save_label": Permission.LABEL,
        "note_item": Permission.LABEL,
        "get_history": Permission.LABEL,
        "get_statistics": Permission.LABEL,
        "get_agreement": Permission.LABEL,
        "list_sets": Permission.LABEL,
        "freeze_set": Permission.FREEZE,
        "get_set": Permission.LABEL,
        "list_members": Permission.EXCHANGE,
        "compare_sets": Permission.LABEL,
        "list_formats": Permission.EXCHANGE,
        "export_set": Permission.EXCHANGE,
        "import_labels": Permission.EXCHANGE,
        "list_jobs": Permission.LABEL,
        "start_job": Permission.TRAIN,
        "get_job": Permission.LABEL,
        "cancel_job": Permission.TRAIN,
        "resume_job": Permission.TRAIN,
        "list_models": Permission.SEE,
        "get_model": Permission.SEE,
        "move_model": Permission.PROMOTE,
        "roll_back_model": Permission.ROLL_BACK,
        "list_thresholds": Permission.SEE,
        "roll_back_thresholds": Permission.ROLL_BACK,
        "get_configuration": Permission.CONFIGURATION,
    }
)
"""By the route's name, which is its operationId. None: whoever has signed in."""
REPEATABLE: Final = frozenset(
    {
        "order_start", "order_stop", "order_drain", "order_reset", "order_confirm_clear",
        "order_acknowledge", "order_recipe", "order_override", "add_person", "save_label",
        "note_item", "freeze_set", "start_job", "cancel_job", "resume_job", "move_model",
        "roll_back_model", "roll_back_thresholds",
    }
)  # fmt: skip
"""Routes that take an Idempotency-Key. Not `make_token`: its answer is a secret, kept nowhere."""
