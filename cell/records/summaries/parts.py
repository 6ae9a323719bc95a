"""Lines and sums of parts: taken out as they were, made anew, put in again. All in SQL, so that a
million parts of before take a minute or two and the few of a turn take milliseconds.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Final

from cell.records.summaries.tables import CELL_PX, CELLS, SPANS

_LEVEL: Final = f"(SELECT {' UNION ALL SELECT '.join(f'{span} AS span' for span in SPANS)}) AS v"
_START: Final = "l.arrived_ns / 1000000000 / v.span * v.span"
_LINES: Final = "temp.touched AS t CROSS JOIN part_line AS l ON l.id = t.id"
_CELL_OWN: Final = "('recipe', 'ledger')"
_FALSE: Final = "own IN ('reject', 'review') AND word = 'pass'"
_WORD: Final = "CASE WHEN l.said <> '' THEN l.said WHEN l.overridden THEN l.verdict ELSE '' END"
"""A person's last word on a part, '' for none."""
_LIKE: Final = (
    "l.recipe, l.model, l.own, l.own_by, l.verdict, l.overridden, l.bin, l.disposition, l.said"
)


def square(low: str, high: str) -> str:
    """Number of the square that the middle of two edges lies in."""
    return f"max(0, min({CELLS - 1}, CAST((d.{low} + d.{high}) / 2 / {CELL_PX} AS INTEGER)))"


_SUMS: Final = (
    f"""INSERT INTO part_sum SELECT v.span, {_START}, {_LIKE}, {{sign}}count(*)
    FROM {_LINES} CROSS JOIN {_LEVEL} GROUP BY v.span, {_START}, {_LIKE}
    ON CONFLICT DO UPDATE SET parts = parts + excluded.parts""",
    f"""INSERT INTO session_sum SELECT l.session, {{sign}}count(*) FROM {_LINES} GROUP BY l.session
    ON CONFLICT DO UPDATE SET parts = parts + excluded.parts""",
    f"""WITH l AS MATERIALIZED (
        SELECT l.id, l.arrived_ns, l.recipe, l.model, l.own, {_WORD} AS word,
               d.class_name, count(*) AS found
        FROM {_LINES} CROSS JOIN defect AS d ON d.inspection = l.inspection
        GROUP BY l.id, d.class_name)
    INSERT INTO class_sum
    SELECT v.span, {_START}, recipe, model, class_name, {{sign}}sum(found), {{sign}}count(*),
           {{sign}}sum(word <> ''), {{sign}}sum({_FALSE}),
           {{sign}}sum(word = 'reject')
    FROM l CROSS JOIN {_LEVEL} GROUP BY v.span, {_START}, recipe, model, class_name
    ON CONFLICT DO UPDATE SET defects = defects + excluded.defects, parts = parts + excluded.parts,
        overridden = overridden + excluded.overridden,
        false_calls = false_calls + excluded.false_calls,
        confirmed = confirmed + excluded.confirmed""",
    f"""INSERT INTO place_sum
    SELECT v.span, {_START}, l.recipe, d.class_name, {square("x_min", "x_max")},
           {square("y_min", "y_max")}, {{sign}}count(*)
    FROM {_LINES} CROSS JOIN defect AS d ON d.inspection = l.inspection CROSS JOIN {_LEVEL}
    GROUP BY 1, 2, 3, 4, 5, 6
    ON CONFLICT DO UPDATE SET defects = defects + excluded.defects""",
)
_DROP: Final = (
    "DELETE FROM part_line WHERE id IN (SELECT id FROM temp.touched)",
    "DELETE FROM part_tag WHERE id IN (SELECT id FROM temp.touched)",
)
_MAKE: Final = (
    f"""INSERT INTO part_line
    SELECT p.rowid, p.id, p.arrived_ns, p.session, coalesce(i.recipe, ''), coalesce(i.model, ''),
           i.seq, coalesce(o.kind, ''), coalesce(o."by", ''), coalesce(w.kind, ''),
           coalesce(w.bin, ''), coalesce(w.reason, ''), coalesce(w."by", ''),
           EXISTS (SELECT 1 FROM verdict WHERE part = p.id AND "by" NOT IN {_CELL_OWN}),
           coalesce(e.kind, ''), coalesce(e.bin, ''), e.stamp_ns,
           (SELECT max(score) FROM defect WHERE inspection = i.seq),
           (SELECT count(*) FROM defect WHERE inspection = i.seq),
           coalesce((SELECT verdict FROM reassessment WHERE part = p.id
                     ORDER BY seq DESC LIMIT 1), '')
    FROM temp.touched AS t CROSS JOIN part AS p ON p.rowid = t.id
    LEFT JOIN inspection AS i
        ON i.seq = (SELECT max(seq) FROM inspection WHERE part = p.id AND late = 0)
    LEFT JOIN verdict AS o
        ON o.seq = (SELECT max(seq) FROM verdict WHERE part = p.id AND "by" IN {_CELL_OWN})
    LEFT JOIN verdict AS w ON w.seq = (SELECT max(seq) FROM verdict WHERE part = p.id)
    LEFT JOIN disposition AS e ON e.part = p.id""",
    """INSERT INTO part_tag
    SELECT 'class', d.class_name, p.arrived_ns, p.rowid, max(d.score)
    FROM temp.touched AS t CROSS JOIN part AS p ON p.rowid = t.id
    CROSS JOIN inspection AS i ON i.part = p.id CROSS JOIN defect AS d ON d.inspection = i.seq
    GROUP BY p.rowid, d.class_name""",
    f"""INSERT OR IGNORE INTO part_tag
    SELECT 'person', w."by", p.arrived_ns, p.rowid, 0.0
    FROM temp.touched AS t CROSS JOIN part AS p ON p.rowid = t.id
    CROSS JOIN verdict AS w ON w.part = p.id WHERE w."by" NOT IN {_CELL_OWN}""",
    """INSERT OR IGNORE INTO part_tag
    SELECT 'person', r.person, p.arrived_ns, p.rowid, 0.0
    FROM temp.touched AS t CROSS JOIN part AS p ON p.rowid = t.id
    CROSS JOIN reassessment AS r ON r.part = p.id""",
    """INSERT OR IGNORE INTO part_tag
    SELECT 'person', e.person, p.arrived_ns, p.rowid, 0.0
    FROM temp.touched AS t CROSS JOIN part AS p ON p.rowid = t.id
    CROSS JOIN disposition AS e ON e.part = p.id WHERE e.person <> ''""",
)
_EMPTY: Final = (
    "DELETE FROM part_sum WHERE parts = 0",
    "DELETE FROM session_sum WHERE parts = 0",
    "DELETE FROM class_sum WHERE defects = 0",
    "DELETE FROM place_sum WHERE defects = 0",
)


def sum_parts(database: sqlite3.Connection, parts: Iterable[str]) -> None:
    """Bring lines and sums of these parts to what the rows say, in the caller's transaction."""
    _begin(database)
    chosen = "INSERT OR IGNORE INTO temp.touched SELECT rowid FROM part WHERE id = ?"
    database.executemany(chosen, ((part,) for part in parts))
    _sum(database)


def sum_rows(database: sqlite3.Connection, after: int, last: int) -> None:
    """The same for the rows after < rowid <= last of `part`."""
    _begin(database)
    chosen = "INSERT INTO temp.touched SELECT rowid FROM part WHERE rowid > ? AND rowid <= ?"
    database.execute(chosen, (after, last))
    _sum(database)


def _begin(database: sqlite3.Connection) -> None:
    database.execute("CREATE TEMP TABLE IF NOT EXISTS touched (id INTEGER PRIMARY KEY)")
    database.execute("DELETE FROM temp.touched")


def _sum(database: sqlite3.Connection) -> None:
    for statement in _SUMS:
        database.execute(_where_true(statement.format(sign="-")))
    for statement in (*_DROP, *_MAKE):
        database.execute(statement)
    for statement in _SUMS:
        database.execute(_where_true(statement.format(sign="")))
    for statement in _EMPTY:
        database.execute(statement)


def _where_true(statement: str) -> str:
    """SQLite takes ON CONFLICT for a join's ON unless a WHERE stands before."""
    head, middle, tail = statement.rpartition("GROUP BY")
    return f"{head}WHERE true {middle}{tail}"
