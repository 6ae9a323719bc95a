"""The tables of registry.db: rows are added, never changed and never deleted."""

from __future__ import annotations

from typing import Final

from cell.stores.shape import Shape

FILE: Final = "registry.db"

_TABLES: Final = {
    # One model of one recipe. card: as it was written; manifest: SHA-256 of each file.
    "package": """
        recipe TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        name TEXT NOT NULL,
        version TEXT NOT NULL,
        content TEXT NOT NULL,
        card TEXT NOT NULL,
        manifest TEXT NOT NULL,
        label_set TEXT NOT NULL,
        label_set_sha256 TEXT NOT NULL,
        job TEXT NOT NULL,
        parents TEXT NOT NULL,
        at_ns INTEGER NOT NULL,
        person TEXT NOT NULL,
        PRIMARY KEY (recipe, fingerprint)
    """,
    # decision: what the gate said then, '' where it was not asked.
    "move": """
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        recipe TEXT NOT NULL,
        model TEXT NOT NULL,
        before TEXT NOT NULL,
        after TEXT NOT NULL,
        way TEXT NOT NULL,
        at_ns INTEGER NOT NULL,
        person TEXT NOT NULL,
        role TEXT NOT NULL,
        why TEXT NOT NULL,
        decision TEXT NOT NULL,
        FOREIGN KEY (recipe, model) REFERENCES package (recipe, fingerprint)
    """,
    # What both models said of a picture. truth: as the frozen set has it; 'unknown' for parts of
    # the line, whose labels come later. look: which look at the locked set, 0 for the line.
    "pair": """
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        recipe TEXT NOT NULL,
        candidate TEXT NOT NULL,
        active TEXT NOT NULL,
        source TEXT NOT NULL,
        look INTEGER NOT NULL,
        part TEXT NOT NULL,
        picture TEXT NOT NULL,
        truth TEXT NOT NULL,
        active_said TEXT NOT NULL,
        candidate_said TEXT NOT NULL,
        candidate_ms REAL NOT NULL,
        engine TEXT NOT NULL,
        at_ns INTEGER NOT NULL
    """,
    # One look at a locked set: each has its own pairs, and the newest one counts.
    "look": """
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        recipe TEXT NOT NULL,
        candidate TEXT NOT NULL,
        active TEXT NOT NULL,
        label_set TEXT NOT NULL,
        label_set_sha256 TEXT NOT NULL,
        at_ns INTEGER NOT NULL,
        person TEXT NOT NULL
    """,
    # Thresholds of a recipe, a version each. basis: costs, curve and figures they were chosen by.
    "thresholds": """
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        recipe TEXT NOT NULL,
        recipe_version TEXT NOT NULL,
        model TEXT NOT NULL,
        before TEXT NOT NULL,
        after TEXT NOT NULL,
        basis TEXT NOT NULL,
        way TEXT NOT NULL,
        at_ns INTEGER NOT NULL,
        person TEXT NOT NULL,
        role TEXT NOT NULL,
        why TEXT NOT NULL,
        decision TEXT NOT NULL
    """,
}
_INDICES: Final = (
    "CREATE INDEX move_of_recipe ON move (recipe, seq)",
    "CREATE INDEX pair_of_models ON pair (recipe, candidate, active, seq)",
    "CREATE INDEX thresholds_of_recipe ON thresholds (recipe, seq)",
)


def _never(table: str, verb: str) -> str:
    return (
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table}: rows are never changed or deleted'); END"
    )


_STATEMENTS: Final = (
    *(f"CREATE TABLE {name} ({columns})" for name, columns in _TABLES.items()),
    *_INDICES,
    *(_never(name, verb) for name in _TABLES for verb in ("UPDATE", "DELETE")),
)
SHAPE: Final = Shape(
    version=1, tables="".join(f"{one};\n" for one in _STATEMENTS), marks=frozenset(_TABLES)
)
