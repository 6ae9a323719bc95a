"""Options that stand on the command line, so that none of them is passed over in silence."""

from __future__ import annotations

import typer

from cell.faces.cli.errors import UsageError


def refuse(context: typer.Context, why: str, *names: str) -> None:
    """Raises UsageError for those of the parameters that were typed and have no effect.

    why: what follows 'has no effect', such as 'without the twin'.
    """
    typed = [_option(context, name) for name in names if _is_typed(context, name)]
    if typed:
        have = "has" if len(typed) == 1 else "have"
        raise UsageError(f"{', '.join(typed)} {have} no effect {why}: leave it out.")


def _is_typed(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _option(context: typer.Context, name: str) -> str:
    return next(p.opts[0] for p in context.command.params if p.name == name)
