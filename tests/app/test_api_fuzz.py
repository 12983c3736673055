"""Schemathesis reads the OpenAPI document and tries what it allows and what it does not: no 5xx, and as documented."""

import itertools
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import checks
from schemathesis.specs.openapi import checks as openapi_checks

from layan.app.wsgi import application
from layan.people.api import Role
from tests.app.api_client import BASE, a_caller, a_number
from tests.builders import a_branch, a_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

bounded = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
AS_DOCUMENTED = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
]
document = schemathesis.openapi.from_wsgi(f"{BASE}/openapi.json", application)

#: A service that no branch offers is of the right form and still refused with 422.
NOT_KNOWN_BY_ITS_FORM = [openapi_checks.positive_data_acceptance]


class Office:
    """A branch with a supervisor's token, an open counter and a number in every state one can be in."""

    def __init__(self) -> None:
        self.here = a_branch()
        self.caller = a_caller(Role.SUPERVISOR, self.here, a_user("siti", Role.SUPERVISOR, self.here))
        self.counters = itertools.cycle([self.here.counter(code) for code in "123"])
        for counter in ("1", "2"):
            self.caller.post(f"/counters/{self.here.counter(counter)}/open")

    def real(self, names: dict[str, Any]) -> dict[str, Any]:
        """Return the same path parameters, naming what exists."""
        ticket = a_number(self.caller, self.here, "PASSPORT", "TAX")
        if "ticket_id" in names:
            self.caller.post(f"/counters/{self.here.counter('1')}/next")
        present = {"ticket_id": ticket["id"], "counter_id": next(self.counters), "code": self.here.code}
        return {name: present[name] for name in names}


@pytest.fixture
def office():
    return Office()


@document.parametrize()
@bounded
def test_whatever_is_sent_is_answered_as_documented(case, office):
    case.call_and_validate(headers=office.caller.headers(), excluded_checks=NOT_KNOWN_BY_ITS_FORM)


@document.parametrize()
@bounded
def test_whatever_is_sent_to_what_exists_is_answered_as_documented(case, office):
    case.path_parameters = office.real(case.path_parameters or {})
    if isinstance(case.body, dict):
        case.body = {**case.body, "branch": office.here.code, "services": ["LICENCE"], "service": "LICENCE"}
    case.call_and_validate(headers=office.caller.headers(), checks=AS_DOCUMENTED)
