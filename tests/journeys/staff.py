"""A member of staff at a browser, and an office busy enough to look at."""

from collections.abc import Callable
from datetime import timedelta

import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

from layan.app.demo.load import load_demonstration, officers_at
from layan.kit import clock
from layan.people.api import Person, Role, person_of_user
from layan.people.models import User
from layan.places.api import Layout
from layan.queueing import api as queueing
from tests.journeys.conftest import Browse, Server

Snap = Callable[[Page, str], None]
CONSOLE, WALL, PHONE = (1280, 800), (1920, 1080), (360, 740)


def sign_in(browse: Browse, server: Server, user: User, size: tuple[int, int], **options: object) -> Page:
    """Open a window in which `user` is signed in, in English."""
    client = Client()
    client.force_login(user)
    page = browse(
        *size,
        locale="en-GB",
        reduced_motion="reduce",
        extra_http_headers={"Accept-Language": "en"},
        **options,
    )
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": server.url}])
    return page


class Office:
    """The demonstration's one-stop centre some way into its morning: counters open, lines of every kind."""

    CODE = "SENTOSA"

    def __init__(self) -> None:
        load_demonstration()
        self.place: Layout = queueing.public_branch(self.CODE)
        self.kiosk = Person(actor="token:1", grants=())
        self.officers = {
            code: User.objects.get(pk=user_id) for code, user_id in officers_at(self.CODE).items()
        }
        supervisor = User.objects.filter(
            assignments__role=Role.SUPERVISOR, assignments__branch=self.place.branch_id
        )
        self.supervisor = supervisor.get()

    def counter(self, code: str) -> int:
        return self.place.counter_codes[code].id

    def open(self, code: str) -> Person:
        """Let the counter's own officer open it."""
        officer = person_of_user(self.officers[code])
        queueing.open_counter(branch_id=self.place.branch_id, counter_id=self.counter(code), by=officer)
        return officer

    def issue(self, *services: str, category: str = "general", **values: str) -> queueing.Ticket:
        supervisor = person_of_user(self.supervisor)
        return queueing.issue(
            branch_id=self.place.branch_id, services=services, category=category, by=supervisor, **values
        ).ticket

    def call(self, code: str, officer: Person) -> queueing.Ticket | None:
        return queueing.call_next(branch_id=self.place.branch_id, counter_id=self.counter(code), by=officer)


def busy_office() -> Office:
    """Return the office after three quarters of an hour's arrivals, with counters 1, 2, 6 and 12 at work."""
    office = Office()
    start = clock.now() - timedelta(minutes=44)
    services = list(office.place.service_codes)
    groups = ["general", "general", "senior", "general", "oku", "general", "pregnant"]
    with time_machine.travel(start, tick=False) as at:
        officers = {code: office.open(code) for code in ("1", "2", "6", "12")}
        for number in range(40):
            office.issue(
                services[number * number % len(services)],
                category=groups[number % len(groups)],
                language=("ms", "zh", "ta", "en")[number % 4],
            )
            at.shift(timedelta(minutes=1))
        for code in ("2", "6", "12"):
            ticket = office.call(code, officers[code])
            assert ticket is not None
            if code != "6":
                queueing.start(branch_id=office.place.branch_id, ticket_id=ticket.pk, by=officers[code])
    return office


def look(page: Page, snap: Snap, name: str) -> None:
    """Keep a picture, and check that nothing runs off the side and nothing is inaccessible."""
    snap(page, name)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}})
    assert found.violations_count == 0, found.generate_report()
