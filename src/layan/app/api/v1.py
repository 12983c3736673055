"""Version 1 of the API. It is stable: what is here stays as it is; what comes later is added."""

import orjson
from django.http import HttpRequest
from ninja.parser import Parser

from layan.app.api import branches, counters, tickets
from layan.app.api.auth import Token
from layan.app.api.openapi import DocsPage, DocumentedApi


class JsonParser(Parser):
    """Reads bodies with orjson: fast, and strict about UTF-8."""

    def parse_body(self, request: HttpRequest) -> dict[str, object]:
        """Return the body. Raises ValueError for anything that is not JSON in UTF-8."""
        body: dict[str, object] = orjson.loads(request.body)
        return body


api = DocumentedApi(
    title="Layan",
    version="1",
    description="Numbers, counters and the state of a public office's branches. Problems are "
    "`application/problem+json` (RFC 9457) with a stable `code`; their `detail` is in the language of "
    "`Accept-Language` (ms, en). Times are UTC. Unknown members of a request are ignored.",
    urls_namespace="api-v1",
    auth=Token(),
    parser=JsonParser(),
    docs=DocsPage(),
    openapi_url="/openapi.json",
    docs_url="/docs",
)
api.add_router("", tickets.router)
api.add_router("", counters.router)
api.add_router("", branches.router)
