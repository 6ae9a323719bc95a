"""Options that stand on the command line, so that none of them is passed over in silence."""

from __future__ import annotations

import typer

from cell.faces.cli.errors import UsageError


def refuse(context: typer.Context, why: str, *names: str) -> None:
    """Raises UsageError for those of the parameters that were typed and have no effect.

    why: what follows 'has no effect', such as 'without the twin'.
    """
    found = [_option(context, name) for name in names if typed(context, name)]
    if found:
        have = "has" if len(found) == 1 else "have"
        raise UsageError(f"{', '.join(found)} {have} no effect {why}: leave it out.")


def typed(context: typer.Context, name: str) -> bool:
    """Whether the parameter stands on the command line."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _option(context: typer.Context, name: str) -> str:
    return next(p.opts[0] for p in context.command.params if p.name == name)
