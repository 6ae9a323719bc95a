"""Contract tests for cameras and engines, for a vendor's package to run: docs/extend.md."""
