"""The table of roles in docs/people.md: `python -m tests.people.roles_table` prints it."""

from __future__ import annotations

from cell.people.roles import Permission, Role, may

MEANS = {
    Permission.SEE: "see state, parts, alarms, pictures",
    Permission.STOP: "stop the cell",
    Permission.OPERATE: "start, drain, reset, confirm the clear belt, acknowledge alarms",
    Permission.CHANGE_RECIPE: "change the recipe",
    Permission.OVERRIDE: "override a verdict, or say after the fact that it was wrong",
    Permission.LABEL: "label and review pictures",
    Permission.FREEZE: "decide contrary labels, freeze label sets",
    Permission.EXCHANGE: "bring labels in from files, and out",
    Permission.TRAIN: "train models from label sets, end and resume such jobs",
    Permission.PROMOTE: "take models in, let them on",
    Permission.ROLL_BACK: "go back to the model before",
    Permission.OVERRIDE_GATE: "let a model through against the gate",
    Permission.EXAMINE: "plan gauge studies, audits, acceptance runs, say what parts are",
    Permission.SIGN: "sign the result of an acceptance run",
    Permission.MONITORS: "have the monitors of drift begin anew",
    Permission.CONFIGURATION: "read the configuration",
    Permission.AUDIT: "read the audit log",
    Permission.PEOPLE: "manage accounts, roles, sessions of others",
    Permission.TOKENS: "make tokens for programs",
}


def table() -> str:
    """The table in Markdown."""
    head = ["may", *Role]
    lines = [head, ["---", *(":---:" for _ in Role)]]
    for permission in Permission:
        marks = ["x" if may(role, permission) else "" for role in Role]
        lines.append([f"{MEANS[permission]} (`{permission}`)", *marks])
    return "\n".join(f"| {' | '.join(line)} |".replace("  ", " ") for line in lines)


if __name__ == "__main__":
    print(table())
