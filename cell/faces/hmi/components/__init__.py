"""The pieces of the page, one a file. Each is built once and then told each new view."""
