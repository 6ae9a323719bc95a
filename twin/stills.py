"""`python -m twin.stills FOLDER --product disc`: pictures of single parts as the twin's camera sees
them, to teach a recipe from or to try one on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import cv2
import numpy as np
import typer

from calibration.cell import load_calibration
from calibration.geometry import Pose2D
from models.ground.ending import end_with
from twin.catalogue import load_libraries
from twin.config import TwinConfig
from twin.ports import Library
from twin.product import YAW_SPREAD, Variant
from twin.render import PlacedPart, Scene, render_frame, true_camera
from vision.types import Image

OFF_M = 0.008
"""Parts lie off the camera's middle by up to this much."""
SPEED_M_S = 0.2


def stills(
    library: Library, config: TwinConfig, count: int, defective: bool, on_pulse: bool = False
) -> Iterator[tuple[Variant, Image]]:
    """`count` parts under the camera, on the running belt, each in a place of its own; on_pulse:
    each where the photo-eye's pulse finds it, a turned one behind by what its corner leads.
    """
    site = load_calibration(config.calibration_file)
    camera = site.camera.model()
    scene = Scene(true_camera(camera, config.camera_error_px, config.seed), config.seed)
    rng = np.random.default_rng([config.seed, 0x5711, defective])
    for number in range(count):
        part = library.draw(rng, defective)
        x, y = rng.uniform(-OFF_M, OFF_M, 2)
        yaw = float(rng.uniform(-YAW_SPREAD, YAW_SPREAD))
        if on_pulse:
            x = part.product.reach_m(0.0) - part.product.reach_m(yaw)
        placed = PlacedPart(part, Pose2D(site.stations.camera_x + float(x), float(y), yaw))
        yield part, render_frame(scene, [placed], 0.35 * number, SPEED_M_S, number)


def main(
    folder: Annotated[Path, typer.Argument(help="Where to write the pictures (PNG).")],
    product: Annotated[str, typer.Option(help="What to show.")] = "disc",
    count: Annotated[int, typer.Option(min=1, help="How many parts.")] = 30,
    defective: Annotated[bool, typer.Option("--defective", help="Parts with defects.")] = False,
    on_pulse: Annotated[
        bool, typer.Option("--on-pulse", help="Parts where the photo-eye's pulse finds them.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Of parts, poses and light.")] = 1,
) -> None:
    """Write pictures of single parts as the twin's camera sees them: good ones, or defective."""
    config = TwinConfig(seed=seed)
    libraries = load_libraries(config)
    if product not in libraries:
        typer.echo(f"error: unknown product {product!r}; known: {', '.join(libraries)}", err=True)
        raise typer.Exit(2)
    folder.mkdir(parents=True, exist_ok=True)
    drawn = Counter[str]()  # a part may be drawn again: each time is a picture of its own
    for part, picture in stills(libraries[product], config, count, defective, on_pulse):
        drawn[part.picture] += 1
        again = f"-{drawn[part.picture]}" if drawn[part.picture] > 1 else ""
        name = f"{part.picture}{again}.png"
        (folder / name).write_bytes(cv2.imencode(".png", picture)[1].tobytes())
    typer.echo(f"{count} pictures of {product} in {folder}")


if __name__ == "__main__":
    end_with(lambda: typer.run(main), "twin")
