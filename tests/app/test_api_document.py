"""The OpenAPI document and its page."""

import re

import pytest

from tests.app.api_client import Caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def document():
    return Caller().get("/openapi.json").json()


def operations(document):
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_operation_says_what_it_does_and_what_can_go_wrong(document):
    assert len(operations(document)) == 24
    for name, operation in operations(document):
        assert operation["summary"], name
        assert operation["description"], name
        assert operation["security"] == [{"Token": []}], name
        for status, response in operation["responses"].items():
            media_types = set(response.get("content", {}))
            expected = {"application/problem+json"} if status >= "400" else {"application/json"}
            assert media_types == (set() if status == "204" else expected), (name, status)


def test_every_post_takes_an_idempotency_key_and_no_get_does(document):
    for name, operation in operations(document):
        names = [parameter["name"] for parameter in operation["parameters"]]
        assert ("Idempotency-Key" in names) == name.startswith("POST"), name


def test_a_body_is_required_only_where_something_must_be_said(document):
    required = {
        name.rpartition("/")[2]
        for name, operation in operations(document)
        if operation.get("requestBody", {}).get("required")
    }
    assert required == {"tickets", "transfer", "add-service", "rearrange", "call"}


def test_the_pages_are_only_read(client):
    for page in ("docs", "problems"):
        assert client.get(f"/api/v1/{page}").status_code == 200
        answer = client.post(f"/api/v1/{page}", b"", content_type="application/json")
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_the_page_needs_nothing_from_elsewhere_and_no_inline_script(client):
    response = client.get("/api/v1/docs")
    page = response.content.decode()
    assert response.status_code == 200
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    for address in re.findall(r'(?:src|href)="([^"]+)"', page):
        assert address.startswith("/static/"), address
        assert client.get(address).status_code == 200, address
