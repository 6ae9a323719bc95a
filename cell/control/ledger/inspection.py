"""What the inspector says of one picture: one value from its message to the journal, the records
and the operator's page.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from calibration.geometry import Pose2D
from vision.types import Defect, Timings

NOWHERE = Pose2D(0.0, 0.0, 0.0)
"""The pose of a part that was not located."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """The answer to the picture `trigger`. Times are system-clock nanoseconds.

    ok: False for a part that was not inspected, `error` says why. pose: the part's centre in frame
    `cell` at the exposure. view: where the canonical view lies, from the data folder on, '' if none
    was kept.
    """

    trigger: int
    exposure_ns: int
    done_ns: int
    ok: bool
    error: str = ""
    pose: Pose2D = NOWHERE
    defects: tuple[Defect, ...] = ()
    recipe: str = ""
    model: str = ""
    engine: str = ""
    golden: str = ""
    timings: Timings = field(default_factory=Timings)
    view: str = ""
