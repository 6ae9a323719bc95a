"""Contract tests for arms, grippers and belts, for a vendor's package to run: docs/extend.md."""
