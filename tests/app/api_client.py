"""Asking the API in tests: one caller a token."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.test import Client

from layan.people.api import Role, create_token
from layan.people.models import User
from tests.builders import BuiltBranch, a_user

BASE = "/api/v1"


@dataclass
class Caller:
    """Whoever holds `key`; "" sends no token."""

    key: str = ""
    language: str = "en"

    def headers(self, more: dict[str, str] | None = None) -> dict[str, str]:
        token = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        return {**token, "Accept-Language": self.language, **(more or {})}

    def get(self, path: str, **headers: str) -> Any:
        return Client().get(BASE + path, headers=self.headers(headers))

    def post(self, path: str, body: object = None, *, idempotency_key: str | None = None) -> Any:
        more = {} if idempotency_key is None else {"Idempotency-Key": idempotency_key}
        content = b"" if body is None else json.dumps(body).encode()
        return self.send(path, content, **more)

    def send(self, path: str, content: bytes, media_type: str = "application/json", **headers: str) -> Any:
        """Post these very bytes."""
        return Client().post(BASE + path, content, content_type=media_type, headers=self.headers(headers))


def a_caller(
    role: Role, at: BuiltBranch, user: User | None = None, expires_at: datetime | None = None
) -> Caller:
    """Return a caller with a token of this role at the branch."""
    return Caller(
        create_token(
            role=role,
            name=role.value,
            branch_id=at.id,
            user_id=user.pk if user else None,
            expires_at=expires_at,
        )
    )


def an_officer(at: BuiltBranch, name: str = "aminah") -> Caller:
    """Return an officer of the branch."""
    return a_caller(Role.OFFICER, at, a_user(name, Role.OFFICER, at))


def a_number(kiosk: Caller, at: BuiltBranch, *services: str, **values: str) -> Any:
    """Take a number through the API and return the ticket."""
    asked = {"branch": at.code, "services": list(services or ("PASSPORT",)), **values}
    response = kiosk.post("/tickets", asked)
    assert response.status_code == 201, response.content
    return response.json()


def problem_of(response: Any) -> Any:
    """Return the problem after checking its form."""
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == response.status_code
    assert problem["type"] == f"/api/v1/problems#{problem['code']}"
    assert problem["title"]
    assert problem["detail"]
    return problem
