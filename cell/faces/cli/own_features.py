"""Features that the user brings to `cell teach`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from cell.faces.cli.errors import UsageError
from cell.lab.goods import Size
from models.anomaly import FeaturePackage
from models.ground.scratch import scratch
from vision.lab.teaching.brought import Said, bring
from vision.lab.teaching.teach import Settings


@dataclass(frozen=True, slots=True)
class OwnFeatures:
    """The options as they were given; without a file they must be empty."""

    file: Path | None
    licence: str | None = None
    mean: str | None = None
    std: str | None = None
    outputs: str | None = None

    def said(self) -> Said:
        """What they say of the network. Raises UsageError."""
        outputs = tuple(filter(None, (self.outputs or "").split(",")))
        return Said(
            self.licence,
            _numbers("--features-mean", self.mean),
            _numbers("--features-std", self.std),
            outputs,
        )

    @contextmanager
    def foundation(self, settings: Settings) -> Iterator[Foundation]:
        """What to teach on, kept for as long as this is open. Raises UsageError."""
        said = self.said()
        if self.file is None:
            if any((self.licence, self.mean, self.std, self.outputs)):
                raise UsageError("--features-... says something of --features FILE: give it, too.")
            yield Foundation(None, said, settings, Path())
            return
        with scratch("features") as folder:
            yield Foundation(self.file, said, settings, folder / "brought")


@dataclass(frozen=True, slots=True)
class Foundation:
    """Feature network and settings, which depend on the size of the views."""

    file: Path | None
    said: Said
    settings: Settings
    folder: Path

    def __call__(self, canonical: Size) -> tuple[FeaturePackage, Settings]:
        """For views of (width, height). Raises ModelError."""
        if self.file is None:
            return FeaturePackage.load(), self.settings
        made = bring(self.file, self.settings.side, canonical, self.said, self.folder)
        return made.package, replace(self.settings, taps=made.taps, sees=made.size)


def _numbers(option: str, text: str | None) -> tuple[float, ...] | None:
    if text is None:
        return None
    try:
        return tuple(float(word) for word in text.split(","))
    except ValueError:
        raise UsageError(
            f"{option} {text!r:.80}: give one number, or three by commas, of greys in 0..1, such "
            "as 0.485,0.456,0.406."
        ) from None
