"""What the twin adds to the site that it is given. Metres, frame `cell`."""

from __future__ import annotations

SPAWN_BEFORE_EYE = 0.14
"""Centre of a fresh part before the photo-eye: wholly upstream at any yaw within 15 deg."""
GROUND_Z = -0.80
"""Under everything, where no box of the site is."""
