"""Finding a Basler camera and setting it up, in GenICam's words."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, get_args

from pypylon import genicam, pylon

from models.ground.text import say
from vision.cameras.basler_config import EMULATOR, BaslerConfig
from vision.cameras.pixels import OLDER, PixelFormat
from vision.errors import CameraError

IMAGES = {".bmp", ".png", ".tif", ".tiff", ".jpg", ".jpeg"}


def find_device(config: BaslerConfig) -> Any:
    """pylon's information on the configured camera. Raises CameraError when it is not there."""
    wanted = pylon.DeviceInfo()
    if config.device_class:
        wanted.SetDeviceClass(config.device_class)
    if config.serial:
        wanted.SetSerialNumber(config.serial)
    if config.device_class == EMULATOR:
        os.environ.setdefault("PYLON_CAMEMU", str(config.ordinal + 1))
    factory = pylon.TlFactory.GetInstance()
    found = sorted(factory.EnumerateDevices([wanted]), key=lambda info: str(info.GetSerialNumber()))
    if config.ordinal < len(found):
        return found[config.ordinal]
    asked = say("camera.by_number", number=config.ordinal)
    if config.serial:
        asked = say("camera.by_serial", serial=config.serial)
    others = ", ".join(
        f"{i.GetModelName()} {i.GetSerialNumber()}" for i in factory.EnumerateDevices()
    )
    kind = config.device_class or "*"
    raise CameraError(say("camera.not_found", asked=asked, kind=kind, others=others or "–"))


def configure(camera: Any, config: BaslerConfig) -> None:
    """Region, format, exposure and trigger of an open camera.

    Raises CameraError for a pixel format that it does not have, genicam.GenericException.
    """
    camera.MaxNumBuffer.Value = config.slots
    set_pixel_format(camera, config.pixel_format)
    camera.OffsetX.Value = camera.OffsetY.Value = 0  # or a smaller region may not fit
    camera.Width.Value, camera.Height.Value = config.width, config.height
    camera.OffsetX.Value, camera.OffsetY.Value = config.offset_x, config.offset_y
    for automatic in ("ExposureAuto", "GainAuto"):
        set_if_there(camera, automatic, "Off")
    # Older cameras and the emulator time by ExposureTimeAbs, newer ones know ExposureTime alone.
    if not set_if_there(camera, "ExposureTimeAbs", config.exposure_us):
        camera.ExposureTime.Value = config.exposure_us
    set_if_there(camera, "AcquisitionFrameRateEnable", False)
    camera.TriggerSelector.Value = "FrameStart"
    camera.TriggerMode.Value = "On"
    if config.device_class == EMULATOR:
        camera.TriggerSource.Value = "Software"
        camera.TestImageSelector.Value = "Off" if config.image_folder else "Testimage1"
        camera.ImageFileMode.Value = "On" if config.image_folder else "Off"
        if config.image_folder is not None:
            camera.ImageFilename.Value = str(config.image_folder)
        return
    external = config.trigger == "external"
    camera.TriggerSource.Value = "Line1" if external else "Software"
    if external:
        camera.TriggerActivation.Value = "RisingEdge"
    camera.LineSelector.Value = config.exposure_line
    camera.LineSource.Value = "ExposureActive"


def set_pixel_format(camera: Any, wanted: PixelFormat) -> None:
    """Have the camera send its pixels so. Raises CameraError, which names the formats it has."""
    entries = [e for e in camera.PixelFormat.GetEntries() if genicam.IsAvailable(e)]
    offered = {OLDER.get(name, name): name for name in (str(e.GetSymbolic()) for e in entries)}
    if wanted not in offered:
        known = ", ".join(name for name in get_args(PixelFormat) if name in offered)
        name = str(camera.GetDeviceInfo().GetFriendlyName())
        told = say("camera.no_format", camera=name, format=wanted, known=known or "–")
        raise CameraError(told)
    camera.PixelFormat.Value = offered[wanted]


def set_if_there(camera: Any, feature: str, value: object) -> bool:
    """Set a feature that not every model has; False when this one lacks it."""
    node = camera.GetNodeMap().GetNode(feature)
    if node is None or not genicam.IsWritable(node):
        return False
    node.Value = value
    return True


def check_image_folder(folder: Path) -> None:
    """The emulator lists its folder once, and caches a lone file. Raises CameraError."""
    if not folder.is_dir():
        raise CameraError(say("camera.no_folder", folder=folder))
    count = sum(1 for path in folder.iterdir() if path.suffix.lower() in IMAGES)
    if count < 2:
        raise CameraError(say("camera.few_pictures", folder=folder, count=count))


def first_line(error: Exception) -> str:
    """pylon's message without its source location."""
    return str(error).split(" : ", 1)[0].strip().rstrip(".")
