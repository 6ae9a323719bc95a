"""The records: what a plant asks about its parts afterwards. Times are system-clock nanoseconds.

Rows that stem from one journal event carry its sequence number as their key, so that none is
written twice.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SCHEMA_VERSION = 4
"""Version of these tables, kept in SQLite's user_version."""

NOT_FROM_EVENTS = frozenset({"source", "progress", "frame.path", "evidence", "filling"})
"""Tables and columns that no event makes: a fresh projection of the journal does not hold them."""


class Base(DeclarativeBase):
    """Base of every table."""


class Progress(Base):
    """One row: the last journal event that is in these tables, the session it belongs to, and its
    time (0 in records of before, until the next one).
    """

    __tablename__ = "progress"
    id: Mapped[int] = mapped_column(primary_key=True)
    last_seq: Mapped[int]
    session: Mapped[str]
    stamp_ns: Mapped[int] = mapped_column(default=0, server_default=text("0"))


class Source(Base):
    """One row: the journal that these tables are made of, and the digest of its event `seq`."""

    __tablename__ = "source"
    id: Mapped[int] = mapped_column(primary_key=True)
    journal: Mapped[str]
    seq: Mapped[int]
    digest: Mapped[bytes]


class RunSession(Base):
    """From a supervisor's start to its end."""

    __tablename__ = "session"
    id: Mapped[str] = mapped_column(primary_key=True)
    started_ns: Mapped[int]
    ended_ns: Mapped[int | None]
    recipe: Mapped[str]
    __table_args__ = (Index("session_by_start", "started_ns", "id"),)


class RecipeVersion(Base):
    """A recipe that was in use."""

    __tablename__ = "recipe_version"
    identity: Mapped[str] = mapped_column(primary_key=True)
    first_seen_ns: Mapped[int]


class ModelVersion(Base):
    """A model that inspected parts."""

    __tablename__ = "model_version"
    identity: Mapped[str] = mapped_column(primary_key=True)
    first_seen_ns: Mapped[int]


class Part(Base):
    """One part that arrived."""

    __tablename__ = "part"
    id: Mapped[str] = mapped_column(primary_key=True)
    session: Mapped[str] = mapped_column(ForeignKey("session.id"), index=True)
    arrival_index: Mapped[int]
    arrival_encoder_m: Mapped[float]
    arrived_ns: Mapped[int] = mapped_column(index=True)
    edge_lost: Mapped[bool]


class Exposure(Base):
    """One exposure latch."""

    __tablename__ = "exposure"
    seq: Mapped[int] = mapped_column(primary_key=True)
    session: Mapped[str] = mapped_column(ForeignKey("session.id"))
    index: Mapped[int]
    encoder_m: Mapped[float]
    exposure_ns: Mapped[int]
    part: Mapped[str | None] = mapped_column(ForeignKey("part.id"), index=True)
    trigger: Mapped[int | None]
    __table_args__ = (Index("exposure_by_index", "session", "index"),)


class Frame(Base):
    """One picture, or the loss of one."""

    __tablename__ = "frame"
    seq: Mapped[int] = mapped_column(primary_key=True)
    session: Mapped[str] = mapped_column(ForeignKey("session.id"))
    trigger: Mapped[int]
    exposure_ns: Mapped[int]
    received_ns: Mapped[int]
    ok: Mapped[bool]
    error: Mapped[str]
    exposure_index: Mapped[int | None]
    path: Mapped[str | None]
    __table_args__ = (Index("frame_by_trigger", "session", "trigger"),)


class Inspection(Base):
    """What was found in the picture of a part; `late`: too late to count."""

    __tablename__ = "inspection"
    seq: Mapped[int] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(ForeignKey("part.id"), index=True)
    trigger: Mapped[int]
    exposure_ns: Mapped[int]
    done_ns: Mapped[int]
    ok: Mapped[bool]
    error: Mapped[str]
    late: Mapped[bool]
    x: Mapped[float]
    y: Mapped[float]
    yaw: Mapped[float]
    encoder_m: Mapped[float]
    recipe: Mapped[str]
    model: Mapped[str]
    engine: Mapped[str]
    golden: Mapped[str]
    locate_ms: Mapped[float]
    inference_ms: Mapped[float]
    total_ms: Mapped[float]
    view: Mapped[str]


class Evidence(Base):
    """A picture kept of a part: where it lies and what it holds. `seq`: its inspection's row for
    the kind `view`, its frame's row for `frame`.

    `path` starts at the data folder and is empty while the picture waits in the incoming place;
    `bytes` is 0 for one that was never found. `pruned_ns` and `rule` say when and why it was
    deleted.
    """

    __tablename__ = "evidence"
    kind: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(ForeignKey("part.id"), index=True)
    exposure_ns: Mapped[int] = mapped_column(index=True)
    path: Mapped[str] = mapped_column(index=True)
    sha256: Mapped[str]
    bytes: Mapped[int]
    pruned_ns: Mapped[int | None] = mapped_column(index=True)
    rule: Mapped[str]
    __table_args__ = (Index("evidence_by_content", "sha256", "pruned_ns"),)


class Defect(Base):
    """One detection; edges in pixels of the canonical view."""

    __tablename__ = "defect"
    inspection: Mapped[int] = mapped_column(ForeignKey("inspection.seq"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    class_name: Mapped[str] = mapped_column(index=True)
    score: Mapped[float]
    x_min: Mapped[float]
    y_min: Mapped[float]
    x_max: Mapped[float]
    y_max: Mapped[float]


class Verdict(Base):
    """A decision about a part; the newest counts. `by`: recipe, ledger or a person."""

    __tablename__ = "verdict"
    seq: Mapped[int] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(ForeignKey("part.id"), index=True)
    stamp_ns: Mapped[int] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(index=True)
    bin: Mapped[str]
    reason: Mapped[str]
    by: Mapped[str]


class Reassessment(Base):
    """What a person said of a part after its account was closed; the newest counts. `verdict`: pass
    (it was good), reject (it has a defect), '' withdraws.
    """

    __tablename__ = "reassessment"
    seq: Mapped[int] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(ForeignKey("part.id"), index=True)
    stamp_ns: Mapped[int]
    verdict: Mapped[str]
    person: Mapped[str]
    reason: Mapped[str]


class Removal(Base):
    """One attempt of the arm. `removed` is empty while it goes on."""

    __tablename__ = "removal"
    seq: Mapped[int] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(ForeignKey("part.id"), index=True)
    attempt: Mapped[int]
    bin: Mapped[str]
    requested_ns: Mapped[int]
    lifted_ns: Mapped[int | None]
    ended_ns: Mapped[int | None]
    removed: Mapped[bool | None]
    reason: Mapped[str]
    message: Mapped[str]
    cycle_s: Mapped[float | None]
    grip_encoder_m: Mapped[float | None]
    grip_x: Mapped[float | None]
    grip_y: Mapped[float | None]
    grip_z: Mapped[float | None]


class Disposition(Base):
    """How a part's account closed: passed, removed or purged. One for each part."""

    __tablename__ = "disposition"
    part: Mapped[str] = mapped_column(ForeignKey("part.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(index=True)
    bin: Mapped[str]
    person: Mapped[str]
    stamp_ns: Mapped[int] = mapped_column(index=True)
    seq: Mapped[int] = mapped_column(index=True)


class Timing(Base):
    """How long a judged part's picture took [ms]."""

    __tablename__ = "timing"
    part: Mapped[str] = mapped_column(ForeignKey("part.id"), primary_key=True)
    exposure_to_frame_ms: Mapped[float | None]
    inference_ms: Mapped[float]
    exposure_to_verdict_ms: Mapped[float]


class BeltStop(Base):
    """The belt stood against its will; `waited_s` is filled for stops that ended by themselves."""

    __tablename__ = "belt_stop"
    seq: Mapped[int] = mapped_column(primary_key=True)
    session: Mapped[str] = mapped_column(ForeignKey("session.id"), index=True)
    cause: Mapped[str]
    part: Mapped[str]
    stamp_ns: Mapped[int]
    waited_s: Mapped[float]


class Acknowledgement(Base):
    """A person has seen an alarm; `alarm_log` is its row, empty for one of before these records."""

    __tablename__ = "acknowledgement"
    seq: Mapped[int] = mapped_column(primary_key=True)
    alarm_log: Mapped[int | None] = mapped_column(ForeignKey("alarm_log.seq"), index=True)
    alarm: Mapped[str] = mapped_column(index=True)
    person: Mapped[str]
    stamp_ns: Mapped[int]


class AlarmEvent(Base):
    """What happened to an alarm. kind: raised, returned, acknowledged, shelved or unshelved.

    `shelved`: it lay on the shelf then, and called nobody. `reason`: of a shelving a person's
    words, of its end a ShelfEnd. A session's start may end several alarms.
    """

    __tablename__ = "alarm_event"
    seq: Mapped[int] = mapped_column(primary_key=True)
    alarm: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    stamp_ns: Mapped[int]
    part: Mapped[str]
    detail: Mapped[str]
    person: Mapped[str]
    reason: Mapped[str]
    until_ns: Mapped[int | None]
    shelved: Mapped[bool]
    __table_args__ = (
        Index("alarm_event_by_alarm", "alarm", "seq"),
        Index("alarm_event_by_kind", "kind", "seq", "alarm"),
        Index("alarm_event_by_time", "kind", "stamp_ns", "seq"),
    )


class AlarmLog(Base):
    """One alarm from its cause to its end."""

    __tablename__ = "alarm_log"
    seq: Mapped[int] = mapped_column(primary_key=True)
    session: Mapped[str] = mapped_column(ForeignKey("session.id"))
    alarm: Mapped[str]
    part: Mapped[str]
    detail: Mapped[str]
    raised_ns: Mapped[int] = mapped_column(index=True)
    cleared_ns: Mapped[int | None]
    __table_args__ = (
        Index("alarm_by_name", "alarm", "raised_ns"),
        Index("alarm_standing", "raised_ns", sqlite_where=text("cleared_ns IS NULL")),
        Index("alarm_open", "alarm", sqlite_where=text("cleared_ns IS NULL")),
    )
