"""The twin's fixtures, for tests that drive it through the robot's own drivers."""

from tests.twin.conftest import board_folders, start_twin

__all__ = ["board_folders", "start_twin"]
