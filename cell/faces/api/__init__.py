"""The programming interface: everything that the pages do, for programs. See docs/api.md."""
