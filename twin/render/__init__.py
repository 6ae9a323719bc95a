"""Pictures for the emulated camera."""

from twin.render.frame import PlacedPart, Scene, part_corners, render_frame
from twin.render.optics import true_camera
from twin.render.writer import FrameWriter, ImageFolderError

__all__ = [
    "FrameWriter",
    "ImageFolderError",
    "PlacedPart",
    "Scene",
    "part_corners",
    "render_frame",
    "true_camera",
]
