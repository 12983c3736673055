"""A POST that was repeated with its `Idempotency-Key` is carried out once and answered twice.

The answer is written in the transaction of the command, so there is no moment at which one of them exists alone.
The key is written first: a second request with it waits at the unique key until the first one is decided. Refusals
change nothing and are not kept, so they may be tried again.
"""

import re
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from http import HTTPStatus
from typing import Any, TypeVar, cast

import orjson
from django.db import connection, transaction
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from layan.app.api.auth import ApiRequest
from layan.kit import clock
from layan.kit.models import IdempotencyRecord
from layan.kit.refusal import Refusal

HEADER = "Idempotency-Key"
REPLAY_HEADER = "Idempotent-Replay"
#: Visible ASCII, at most 255 characters.
KEY_PATTERN = r"^[!-~]{1,255}$"
_KEY = re.compile(KEY_PATTERN)
_RESERVE = (
    "INSERT INTO kit_idempotencyrecord (key, request, status, body, content_type, created_at)"
    " VALUES (%s, %s, 0, '', '', %s) ON CONFLICT (key) DO NOTHING"
)

View = TypeVar("View", bound=Callable[..., HttpResponse])


def once(view: View) -> View:
    """Give an operation its `Idempotency-Key`. Raises bad-idempotency-key and idempotency-key-reused."""

    @wraps(view)
    def guarded(request: ApiRequest, **values: Any) -> HttpResponse:
        key = request.META.get("HTTP_IDEMPOTENCY_KEY")
        if key is None:
            return view(request, **values)
        if not _KEY.match(key):
            raise _bad_key()
        return _once(request, key, lambda: view(request, **values))

    return cast(View, guarded)


def _once(request: ApiRequest, key: str, work: Callable[[], HttpResponse]) -> HttpResponse:
    scoped = _digest(str(request.auth.token_id), request.path, key)
    asked = sha256(request.body).hexdigest()
    with transaction.atomic():
        if not _reserve(scoped, asked):
            return _replay(scoped, asked, request.path)
        response = work()
        IdempotencyRecord.objects.filter(pk=scoped).update(
            status=response.status_code,
            body=response.content.decode(),
            content_type=response.headers.get("Content-Type", ""),
        )
    return response


def _reserve(scoped: str, asked: str) -> bool:
    """Write the key and say whether it is new."""
    now = connection.ops.adapt_datetimefield_value(clock.now())
    with connection.cursor() as cursor:
        cursor.execute(_RESERVE, [scoped, asked, now])
        new: bool = cursor.rowcount == 1
    return new


def _replay(scoped: str, asked: str, path: str) -> HttpResponse:
    record = IdempotencyRecord.objects.get(pk=scoped)
    if record.request != asked:
        raise _key_reused()
    response = HttpResponse(record.body, status=record.status, content_type=record.content_type)
    if not record.content_type:
        del response.headers["Content-Type"]
    response.headers[REPLAY_HEADER] = "true"
    if record.status == HTTPStatus.CREATED:
        response.headers["Location"] = f"{path}/{orjson.loads(record.body)['id']}"
    return response


def _digest(*parts: str) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()


def _bad_key() -> Refusal:
    return Refusal(
        "bad-idempotency-key",
        _("An idempotency key has 1 to 255 visible ASCII characters and no space."),
        422,
    )


def _key_reused() -> Refusal:
    return Refusal(
        "idempotency-key-reused",
        _("This idempotency key was used for a different request. Take a new one."),
        422,
    )
