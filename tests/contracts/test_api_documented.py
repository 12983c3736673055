"""The guide to the API names every operation, and no other."""

import re
from pathlib import Path

import pytest
from django.test import Client

ROOT = Path(__file__).parents[2]


@pytest.mark.django_db
def test_every_operation_is_in_the_guide(client: Client):
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    operations = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    guide = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    described = set(re.findall(r"^\| `(GET|POST) (/api/v1/\S+)` \|", guide, re.MULTILINE))
    assert described == operations
