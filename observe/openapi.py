"""The OpenAPI document, completed: what may go wrong with each operation.

Routers say what is particular to an operation; what every operation may answer (an
unreadable body, a value that is not valid, a missing token) is added here, once.
"""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.datastructures import MultiValueDict
from ninja import NinjaAPI
from ninja.errors import HttpError
from ninja.openapi.docs import Swagger
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser
from pydantic.json_schema import models_json_schema

from observe.known_parameters import names_known
from runs.schemas.requests import ErrorAnswer

Operation = dict[str, Any]
REF = "#/components/schemas/ErrorAnswer"
TOKENS = {
    "type": "http",
    "scheme": "bearer",
    "description": "Only asked for beyond loopback: WEIR_TOKEN, or a token of"
    " `weir token create`.",
}
SAYS = {
    400: "The body can't be read, or this can't be done.",
    401: "Beyond loopback: a token is wanted.",
    403: "The token may only read, or the caller is a page of another site.",
    404: "There is no such thing.",
    409: "It is in the way of something else.",
    412: "It was changed meanwhile; read it again.",
    422: "A value is not valid, or a query parameter is unknown.",
    428: "It has to be said which state of it is changed.",
    500: "Weir failed to answer, or what it stored is damaged.",
    501: "What it needs is not installed.",
    502: "What was asked elsewhere could not be had.",
    503: "Weir can't do this now.",
}


class StorableParser(Parser):
    """Refuses what no text in PostgreSQL can hold, so that nobody looks for it."""

    def parse_querydict(
        self,
        data: MultiValueDict[str, Any],
        list_fields: list[str],
        request: HttpRequest,
    ) -> dict[str, Any]:
        for name, values in data.lists():
            if any(isinstance(value, str) and "\0" in value for value in values):
                raise HttpError(422, f"{name[:100]}: NUL characters can't be stored.")
        return super().parse_querydict(data, list_fields, request)


class DocsPage(Swagger):
    """Drawn by templates/ninja/swagger.html, with scripts of this installation."""

    def render_page(
        self, request: HttpRequest, api: NinjaAPI, **kwargs: Any
    ) -> HttpResponse:
        told = {**self.settings, "url": self.get_openapi_url(api, kwargs)}
        context = {"api": api, "swagger_settings": json.dumps(told)}
        return render(request, self.template, context)


class DocumentedAPI(NinjaAPI):
    """A `NinjaAPI` whose description is complete."""

    def __init__(self, **options: Any) -> None:
        super().__init__(parser=StorableParser(), docs=DocsPage(), **options)
        self.add_decorator(names_known, mode="view")

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: Any = None
    ) -> OpenAPISchema:
        schema = super().get_openapi_schema(
            path_prefix=path_prefix, path_params=path_params
        )
        components = schema.setdefault("components", {})
        _define_errors(components.setdefault("schemas", {}))
        components["securitySchemes"] = {"token": TOKENS}
        schema["security"] = [{}, {"token": []}]
        for operations in schema["paths"].values():
            _tell_apart(operations)
            for operation in operations.values():
                complete(operation)
        return schema


def _tell_apart(operations: dict[str, Operation]) -> None:
    """PUT and PATCH of one function have ids of their own."""
    seen = set[str]()
    for method, operation in operations.items():
        name = operation["operationId"]
        if name in seen:  # the same object: both would have the new name
            operations[method] = {**operation, "operationId": f"{name}_{method}"}
        seen.add(name)


def complete(operation: Operation) -> None:
    """Adds the answers that any such operation may give."""
    responses = operation.setdefault("responses", {})
    possible = [401, 403, 422, 500]
    if "requestBody" in operation:
        possible += [400, 409]
    for status in possible:
        if not {status, str(status)} & set(responses):
            responses[status] = {"description": ""}
    for status, response in responses.items():
        if int(status) >= 400:
            response["description"] = SAYS[int(status)]
            response["content"] = {"application/json": {"schema": {"$ref": REF}}}
        elif response.get("description") == "OK" and int(status) == 201:
            response["description"] = "Made"
    operation["responses"] = dict(sorted(responses.items(), key=_status))


def _status(item: tuple[Any, Any]) -> int:
    return int(item[0])


def _define_errors(schemas: dict[str, Any]) -> None:
    template = "#/components/schemas/{model}"
    _, found = models_json_schema(
        [(ErrorAnswer, "serialization")], ref_template=template
    )
    schemas.update(found["$defs"])
