"""The description as a page: one file of HTML that loads nothing."""

from __future__ import annotations

import json
from html import escape
from typing import Any, Final

HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cache-Control": "private, no-cache",
}
STYLE: Final = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem;
  color: #e6edf3; background: #0d1217 }
a { color: #5cc8ff } code, pre { font-family: ui-monospace, monospace; font-size: .9em }
pre { overflow: auto; background: #161d25; padding: .8rem; border-radius: .4rem }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: .3rem .6rem;
  border-bottom: 1px solid #2a3542; vertical-align: top }
summary { cursor: pointer; padding: .4rem 0 } b { color: #1fb894 }
"""


def page(told: dict[str, Any]) -> str:
    """HTML from the OpenAPI description."""
    rows = "".join(
        _operation(path, method, operation)
        for path, methods in told["paths"].items()
        for method, operation in methods.items()
    )
    info = told["info"]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(info["title"])}'
        f'</title><meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>'
        f"<body><main><h1>{escape(info['title'])}, version {escape(info['version'])}</h1>"
        f"<p>{escape(info['description'])}</p>"
        '<p>For programs: <a href="openapi.json">openapi.json</a> (OpenAPI '
        f"{escape(told['openapi'])})</p>{rows}<h2>Models</h2>{_models(told)}</main></body></html>"
    )


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    summary = escape(operation.get("description", operation.get("summary", "")))
    roles = escape(", ".join(operation["x-roles"]))
    parameters = "".join(
        f"<tr><td><code>{escape(one['name'])}</code></td><td>{escape(one['in'])}</td>"
        f"<td>{escape(one.get('description', ''))}</td></tr>"
        for one in operation.get("parameters", ())
    )
    table = f"<table>{parameters}</table>" if parameters else ""
    return (
        f"<details><summary><b>{method.upper()}</b> <code>{escape(path)}</code> {summary}"
        f"</summary><p>Roles: {roles}</p>{table}{_body(operation)}</details>"
    )


def _body(operation: dict[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    return "".join(
        f"<p>Body, {escape(kind)}: <code>{escape(json.dumps(one.get('schema', {})))}</code></p>"
        for kind, one in content.items()
    )


def _models(told: dict[str, Any]) -> str:
    return "".join(
        f"<details><summary><code>{escape(name)}</code></summary>"
        f"<pre>{escape(json.dumps(model, indent=2, ensure_ascii=False))}</pre></details>"
        for name, model in sorted(told["components"]["schemas"].items())
    )
