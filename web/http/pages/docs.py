"""The API's documentation, made from its OpenAPI description; it loads nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from starlette.requests import Request

from web.http.site import Look

router = APIRouter()

METHODS = ("get", "post", "patch", "put", "delete")
_Node = Mapping[str, Any]


@router.get("/docs", response_class=HTMLResponse, name="docs")
def show_docs(request: Request) -> HTMLResponse:
    """List every operation with its parameters, body and reply."""
    schema = request.app.openapi()
    operations = [
        _operation(method, path, node[method], schema)
        for path, node in schema["paths"].items()
        for method in METHODS
        if method in node
    ]
    look: Look = request.app.state.look
    sheets = [look.assets.url("tokens.css"), look.theme_url, look.assets.url("site.css")]
    sheets.append(look.assets.url("pieces.css"))
    links = [Markup('<link rel="stylesheet" href="{}">').format(sheet) for sheet in sheets]
    page = PAGE.format(
        title=schema["info"]["title"],
        version=schema["info"]["version"],
        about=schema["info"].get("description", ""),
        sheets=Markup("").join(links),
        contents=Markup("").join(one[0] for one in operations),
        operations=Markup("").join(one[1] for one in operations),
    )
    return HTMLResponse(page, headers={"cache-control": "no-cache"})


PAGE = Markup("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>{title}: API</title>{sheets}</head>
<body class="page"><main id="main" class="wrap">
<h1>{title}: API</h1>
<p class="lead">{about}</p>
<p>Version {version}. The same for programs: <a href="/openapi.json">openapi.json</a>.</p>
<nav aria-label="Operations"><ul>{contents}</ul></nav>
{operations}
</main></body></html>
""")


def _operation(method: str, path: str, node: _Node, schema: _Node) -> tuple[Markup, Markup]:
    """Return an operation's line in the contents and its section."""
    key = node["operationId"]
    name = f"{method.upper()} {path}"
    line = Markup('<li><a href="#{}"><code>{}</code></a> {}</li>').format(
        key, name, node.get("summary", "")
    )
    rows = [*_parameter_rows(node), *_body_rows(node, schema)]
    tables = Markup("")
    if rows:
        tables += _table("Takes", rows)
    reply = list(_reply_rows(node, schema))
    if reply:
        tables += _table("Gives", reply)
    section = Markup(
        '<section class="prose" aria-labelledby="{0}"><h2 id="{0}"><code>{1}</code></h2>'
        "<p>{2}</p>{3}</section>"
    ).format(key, name, node.get("description", ""), tables)
    return line, section


def _table(caption: str, rows: list[Markup]) -> Markup:
    return Markup(
        '<div class="table-scroll" tabindex="0"><table class="table"><caption>{}</caption>'
        '<thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Meaning</th>'
        "</tr></thead><tbody>{}</tbody></table></div>"
    ).format(caption, Markup("").join(rows))


def _row(name: str, kind: str, meaning: str) -> Markup:
    return Markup("<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>").format(
        name, kind, meaning
    )


def _parameter_rows(node: _Node) -> Iterator[Markup]:
    for parameter in node.get("parameters", ()):
        where = parameter["in"] + (", required" if parameter.get("required") else "")
        kind = f"{_kind(parameter['schema'])} ({where})"
        yield _row(parameter["name"], kind, parameter.get("description", ""))


def _body_rows(node: _Node, schema: _Node) -> Iterator[Markup]:
    body = node.get("requestBody", {}).get("content", {}).get("application/json", {})
    yield from _property_rows(body.get("schema", {}), schema)


def _reply_rows(node: _Node, schema: _Node) -> Iterator[Markup]:
    for status, reply in sorted(node.get("responses", {}).items()):
        if status.startswith("2"):
            content = reply.get("content", {}).get("application/json", {})
            yield from _property_rows(content.get("schema", {}), schema)
            return


def _property_rows(found: _Node, schema: _Node) -> Iterator[Markup]:
    named = found.get("$ref", "").rpartition("/")[2]
    resolved = schema.get("components", {}).get("schemas", {}).get(named, found)
    needed = resolved.get("required", ())
    for name, value in resolved.get("properties", {}).items():
        kind = _kind(value) + (", required" if name in needed else "")
        yield _row(name, kind, value.get("description", ""))


def _kind(schema: _Node) -> str:
    """Return a schema in a few words: `string or null`, `list of HitOut`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(one) for one in schema["anyOf"]))
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return str(schema.get("type", "anything"))
