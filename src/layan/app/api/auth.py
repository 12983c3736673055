"""Who asks: the holder of the token in `Authorization: Bearer ...`. Session cookies are not looked at."""

from django.http import HttpRequest
from ninja.security import HttpBearer

from layan.people.api import Person, person_of_token


class ApiRequest(HttpRequest):
    """A request whose token was checked."""

    auth: Person


class Token(HttpBearer):
    """A token made by `layan token create`; unknown, expired and revoked ones are all answered with 401."""

    openapi_description = "A token made by `layan token create`, sent as `Authorization: Bearer <token>`."

    def __call__(self, request: HttpRequest) -> Person | None:
        """Return who holds the request's token, None without a good one."""
        # Not request.headers: that copies every header, on every request.
        scheme, _, key = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        return self.authenticate(request, key.strip()) if scheme.lower() == "bearer" else None

    def authenticate(self, request: HttpRequest, token: str) -> Person | None:
        """Return who holds this token."""
        return person_of_token(token)
