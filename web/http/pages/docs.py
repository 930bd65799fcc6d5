"""The API's documentation, made from its OpenAPI description; it loads nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.requests import Request

from web.http.dependencies import VisitDep
from web.http.docs_contexts import ApiField, ApiOperation, ApiPage

router = APIRouter()

METHODS = ("get", "post", "patch", "put", "delete")
_Node = Mapping[str, Any]


@router.get("/docs", response_class=HTMLResponse, name="docs")
def show_docs(request: Request, visit: VisitDep) -> HTMLResponse:
    """List every operation with its parameters, body and reply."""
    schema = request.app.openapi()
    operations = tuple(
        _operation(method, path, node[method], schema)
        for path, node in schema["paths"].items()
        for method in METHODS
        if method in node
    )
    info = schema["info"]
    return visit.page("api/docs.html", ApiPage(info["description"], info["version"], operations))


def _operation(method: str, path: str, node: _Node, schema: _Node) -> ApiOperation:
    return ApiOperation(
        key=node["operationId"],
        method=method.upper(),
        path=path,
        description=node.get("description", ""),
        takes=(*_parameter_rows(node), *_body_rows(node, schema)),
        gives=tuple(_reply_rows(node, schema)),
    )


def _parameter_rows(node: _Node) -> Iterator[ApiField]:
    for parameter in node.get("parameters", ()):
        where = parameter["in"] + (", required" if parameter.get("required") else "")
        kind = f"{_kind(parameter['schema'])} ({where})"
        yield ApiField(parameter["name"], kind, parameter.get("description", ""))


def _body_rows(node: _Node, schema: _Node) -> Iterator[ApiField]:
    body = node.get("requestBody", {}).get("content", {}).get("application/json", {})
    yield from _property_rows(body.get("schema", {}), schema)


def _reply_rows(node: _Node, schema: _Node) -> Iterator[ApiField]:
    for status, reply in sorted(node.get("responses", {}).items()):
        if status.startswith("2"):
            content = reply.get("content", {}).get("application/json", {})
            yield from _property_rows(content.get("schema", {}), schema)
            return


def _property_rows(found: _Node, schema: _Node) -> Iterator[ApiField]:
    named = found.get("$ref", "").rpartition("/")[2]
    resolved = schema.get("components", {}).get("schemas", {}).get(named, found)
    needed = resolved.get("required", ())
    for name, value in resolved.get("properties", {}).items():
        kind = _kind(value) + (", required" if name in needed else "")
        yield ApiField(name, kind, value.get("description", ""))


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
