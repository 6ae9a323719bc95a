"""The places of a cell: belt, stations, bins, what stands around. Frame `cell`, metres."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from calibration.entry import Coordinate, Entry, Length, Vector, unit


class BoxEntry(Entry):
    """A box that the arm must not touch; axes along `cell`."""

    name: str = Field(
        title="Name", description="Shown when a motion is refused because of it.", min_length=1
    )
    centre: Vector = Field(
        title="Centre", description="Middle of the box.", json_schema_extra=unit("m")
    )
    size: tuple[Length, Length, Length] = Field(
        title="Size", description="Edge lengths along x, y and z.", json_schema_extra=unit("m")
    )


class BeltEntry(Entry):
    """The belt: surface z = 0 of `cell`, travel along +x, middle at y = 0."""

    x_start: Coordinate = Field(
        title="Start", description="Where parts enter the belt.", json_schema_extra=unit("m")
    )
    x_end: Coordinate = Field(
        title="End", description="Where parts leave the belt.", json_schema_extra=unit("m")
    )
    width: float = Field(
        title="Width",
        description="Usable belt width.",
        gt=0.0,
        le=5.0,
        json_schema_extra=unit("m"),
    )
    thickness: Length = Field(
        title="Thickness",
        description="From the surface to the lower edge of the belt's frame.",
        json_schema_extra=unit("m"),
    )
    counts_per_metre: float = Field(
        title="Encoder scale",
        description="Encoder counts for each metre of belt travel.",
        gt=0.0,
        json_schema_extra=unit("counts/m"),
    )

    def box(self) -> BoxEntry:
        """The room that it takes."""
        length = self.x_end - self.x_start
        return BoxEntry(
            name="belt",
            centre=(self.x_start + length / 2.0, 0.0, -self.thickness / 2.0),
            size=(length, self.width, self.thickness),
        )


class StationsEntry(Entry):
    """Stations along the belt, as x in `cell`."""

    photo_eye_x: Coordinate = Field(
        title="Photo-eye",
        description="Sees a part's leading edge arrive.",
        json_schema_extra=unit("m"),
    )
    camera_x: Coordinate = Field(
        title="Camera", description="A part's centre at the exposure.", json_schema_extra=unit("m")
    )
    pick_start_x: Coordinate = Field(
        title="Pick window, start",
        description="First x of a part's centre for a grasp.",
        json_schema_extra=unit("m"),
    )
    pick_end_x: Coordinate = Field(
        title="Pick window, end",
        description="Last x of a part's centre for a grasp.",
        json_schema_extra=unit("m"),
    )
    last_safe_x: Coordinate = Field(
        title="Last safe position",
        description="No part's centre passes it with an open reject, review or missing verdict.",
        json_schema_extra=unit("m"),
    )
    exit_eye_x: Coordinate = Field(
        title="Exit-eye",
        description="Sees a part's leading edge leave.",
        json_schema_extra=unit("m"),
    )


class BinEntry(Entry):
    """An open box for removed parts; the drop point lies over its middle."""

    drop: Vector = Field(
        title="Drop point",
        description="Where the cup lets go.",
        json_schema_extra=unit("m"),
    )
    rim_z: Coordinate = Field(
        title="Rim", description="Height of the bin's upper edge.", json_schema_extra=unit("m")
    )
    size: tuple[Length, Length, Length] = Field(
        title="Size", description="Outer size along x, y and z.", json_schema_extra=unit("m")
    )
    wall: Length = Field(
        title="Wall",
        description="Thickness of its walls and its bottom.",
        json_schema_extra=unit("m"),
    )

    @model_validator(mode="after")
    def _open(self) -> Self:
        if self.drop[2] <= self.rim_z:
            raise ValueError(
                f"the cup lets go at z = {self.drop[2]} m, below the rim at {self.rim_z} m"
            )
        if 2.0 * self.wall >= min(self.size):
            raise ValueError(f"walls of {self.wall} m leave no room in a bin of {self.size} m")
        return self

    def box(self, name: str) -> BoxEntry:
        """The room that it takes, walls and all."""
        x, y, _ = self.drop
        centre = x, y, self.rim_z - self.size[2] / 2.0
        return BoxEntry(name=f"bin {name}", centre=centre, size=self.size)
