"""SQLite files of the cell that are changed in place: one way to open, migrate and write them.

Journal and records keep their own: they have one writer, and room that is reserved for them.
"""
