"""The OpenAPI document: names, keys, statuses, headers and examples beside FastAPI's shapes."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, cast

from fastapi import FastAPI

from lookalike.server import described_parts as parts
from lookalike.server.guard import NEEDS, Need
from lookalike.server.idempotency import READING, SECRET
from lookalike.server.operation_names import OPERATIONS, TAGS

Document = dict[str, Any]
"""JSON as OpenAPI has it."""
_NO_REQUEST = {"request": None}


def describe(app: FastAPI) -> None:
    """Let `app.openapi` tell all that the routes do not say; it is made once, at the first need."""
    described = app.openapi

    def complete() -> Document:
        if app.openapi_schema:
            return app.openapi_schema
        found = described()
        examples = examples_by_id()
        plain = {name.replace(":path", ""): name for name in OPERATIONS}
        for path, methods in found["paths"].items():
            for method, told in methods.items():
                name = plain.get(f"{method.upper()} {path.removeprefix('/v1')}")
                if name is not None:
                    _describe(told, name, path.replace("{collection_id}", "c"), examples)
        _share(found)
        app.openapi_schema = found
        return found

    app.openapi = complete  # type: ignore[method-assign]  # as FastAPI's manual has it


def examples_by_id() -> dict[str, Document]:
    """Operation id -> `request` and `answer`, as the sample shop gave them; one file for all."""
    text = (files("lookalike.wire") / "examples.json").read_text(encoding="utf-8")
    return cast(dict[str, Document], json.loads(text))


def _describe(told: Document, name: str, path: str, examples: Mapping[str, Document]) -> None:
    operation = OPERATIONS[name]
    method = name.partition(" ")[0]
    told["operationId"], told["summary"] = operation.id, operation.summary
    is_read_only = method == "GET" or READING.fullmatch(path) is not None
    is_kept_once = not is_read_only and SECRET.fullmatch(path) is None
    is_tagged = is_read_only and operation.id not in parts.NEVER_KEPT
    told["responses"] = {
        **_answers(told["responses"], is_tagged=is_tagged, is_kept_once=is_kept_once),
        **_problems(told, method, operation.id, is_read_only=is_read_only, is_tagged=is_tagged),
    }
    _add_parameters(told, is_get=method == "GET" and is_tagged, is_kept_once=is_kept_once)
    _add_examples(told, examples.get(operation.id, {}))
    if operation.id == "buckets.connect":
        _add_examples(told, {**examples.get("buckets.plan", {}), **_NO_REQUEST})
    need = NEEDS[name]
    told["security"] = _security(need)
    told["x-lookalike-scopes"] = sorted({"admin", *need.scopes})


def _answers(told: Document, *, is_tagged: bool, is_kept_once: bool) -> Document:
    """What went well, with the headers it has."""
    names = ["X-Request-ID", *parts.RATE, "Cache-Control"]
    if is_tagged:
        names.append("ETag")
    if is_kept_once:
        names.append("Idempotency-Replayed")
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    return {
        status: {**answer, "headers": headers}
        for status, answer in told.items()
        if status.startswith("2")
    }


def _problems(
    told: Document, method: str, name: str, *, is_read_only: bool, is_tagged: bool
) -> Document:
    """Every other status, by reference to what all operations share."""
    statuses = {401, 403, 414, 429, 431, 503}
    if name == "health":  # nobody counts how often it is asked
        statuses -= {429}
    if method == "GET" and is_tagged:
        statuses.add(304)
    if method != "GET":
        statuses.add(413)
    if not is_read_only:
        statuses.add(409)
    if any(one["in"] == "path" for one in told.get("parameters", ())):
        statuses.add(404)
    if "requestBody" in told:
        statuses.add(400)
    if "requestBody" in told or told.get("parameters") or method != "GET":
        statuses.add(422)
    return {
        str(status): {"$ref": f"#/components/responses/{parts.ANSWERS[status].name}"}
        for status in sorted(statuses)
    }


def _add_parameters(told: Document, *, is_get: bool, is_kept_once: bool) -> None:
    found = [one for one in told.get("parameters", ()) if one["name"].lower() != "idempotency-key"]
    for one in found:
        words = parts.PARAMETERS.get(one["name"])
        if words is not None:
            one.setdefault("description", words.description)
            one.setdefault("example", words.example)
    for name in (
        *(["IdempotencyKey"] if is_kept_once else []),
        *(["IfNoneMatch"] if is_get else []),
        "RequestId",
    ):
        found.append({"$ref": f"#/components/parameters/{name}"})
    told["parameters"] = found


def _add_examples(told: Document, known: Document) -> None:
    if known.get("request") is not None:
        content = told["requestBody"]["content"]
        next(iter(content.values()))["example"] = known["request"]
    if "answer" in known:
        told["responses"][str(known["status"])]["content"]["application/json"]["example"] = known[
            "answer"
        ]


def _share(found: Document) -> None:
    components = found["components"]
    components["securitySchemes"] = parts.SCHEMES
    components["headers"] = parts.HEADERS
    components["parameters"] = parts.SHARED_PARAMETERS
    components["responses"] = parts.responses()
    for name in ("HTTPValidationError", "ValidationError"):  # ours are problem documents
        components["schemas"].pop(name, None)
    found["info"]["description"] = parts.DESCRIPTION
    found["info"]["license"] = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    found["tags"] = [{"name": name, "description": words} for name, words in TAGS.items()]


def _security(need: Need) -> list[dict[str, list[str]]]:
    """Any one of them; the empty one stands for a service without keys, or an open call."""
    found: list[dict[str, list[str]]] = [{"key": []}, {}]
    if "storefront" in need.scopes:
        found.insert(1, {"key": [], "user": []})
    return found
