"""What a run report needs from the records, as plain values."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from cell.records import schema as s


@dataclass(frozen=True, slots=True)
class PartFact:
    """One part; `disposition` is empty while its account is open."""

    part: str
    arrival_encoder_m: float
    disposition: str
    bin: str


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A run as the records hold it. Latencies in milliseconds."""

    parts: tuple[PartFact, ...]
    removals_requested: int
    removals_confirmed: int
    cycle_s: tuple[float, ...]
    exposure_to_frame: tuple[float, ...]
    inference: tuple[float, ...]
    exposure_to_verdict: tuple[float, ...]
    triggers: int
    frames_received: int
    frames_failed: int
    stops_fault: int
    stops_wait: int
    wait_s: float
    model: str
    recipe: str


def read_facts(engine: Engine, sessions: Collection[str] = ()) -> RunFacts:
    """Facts of the given sessions, or of all of them."""
    with Session(engine) as session:
        runs = session.scalars(select(s.RunSession).order_by(s.RunSession.started_ns)).all()
        names = [run.id for run in runs if not sessions or run.id in sessions]
        recipes = [run.recipe for run in runs if run.id in names]
        own = select(s.Part.id).where(s.Part.session.in_(names))
        removals = session.scalars(select(s.Removal).where(s.Removal.part.in_(own))).all()
        done = [removal for removal in removals if removal.removed]
        timings = session.scalars(select(s.Timing).where(s.Timing.part.in_(own))).all()
        frames = session.scalars(select(s.Frame.ok).where(s.Frame.session.in_(names))).all()
        latches = session.scalars(select(s.Exposure.seq).where(s.Exposure.session.in_(names))).all()
        stops = session.scalars(select(s.BeltStop).where(s.BeltStop.session.in_(names))).all()
        models = session.scalars(
            select(s.Inspection.model).where(s.Inspection.part.in_(own)).order_by(s.Inspection.seq)
        ).all()
        waits = [stop for stop in stops if stop.cause == "wait"]
        return RunFacts(
            parts=_parts(session, names),
            removals_requested=len({removal.part for removal in removals}),
            removals_confirmed=len(done),
            cycle_s=tuple(r.cycle_s for r in done if r.cycle_s is not None),
            exposure_to_frame=tuple(
                t.exposure_to_frame_ms for t in timings if t.exposure_to_frame_ms is not None
            ),
            inference=tuple(t.inference_ms for t in timings),
            exposure_to_verdict=tuple(t.exposure_to_verdict_ms for t in timings),
            triggers=len(latches),
            frames_received=sum(frames),
            frames_failed=len(frames) - sum(frames),
            stops_fault=len(stops) - len(waits),
            stops_wait=len(waits),
            wait_s=sum(stop.waited_s for stop in stops),
            model=models[-1] if models else "",
            recipe=recipes[-1] if recipes else "",
        )


def _parts(session: Session, names: Collection[str]) -> tuple[PartFact, ...]:
    """Every part in the order of arrival."""
    query = (
        select(s.Part, s.Disposition)
        .outerjoin(s.Disposition, s.Disposition.part == s.Part.id)
        .where(s.Part.session.in_(names))
        .order_by(s.Part.arrived_ns, s.Part.id)
    )
    facts = []
    for part, end in session.execute(query):
        kind, bin_name = (end.kind, end.bin) if end is not None else ("", "")
        facts.append(PartFact(part.id, part.arrival_encoder_m, kind, bin_name))
    return tuple(facts)
