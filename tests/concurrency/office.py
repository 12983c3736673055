"""Makes an office, and counts what came of it, in a process of its own: Django is set up for one database only.

python -m tests.concurrency.office make        two services, eight open counters; prints branch, counters, token
python -m tests.concurrency.office report      prints what the tables and the event log say
"""

import json
import os
import sys
from collections import Counter as Count
from typing import Any

COUNTERS = 8


def make() -> dict[str, Any]:
    """Make a branch with eight open counters and a supervisor's token for it."""
    from layan.app.database import bring_up_to_date
    from layan.people.api import Role, create_token, person_of_token
    from layan.places.api import layout_changed
    from layan.places.models import Counter, CounterService
    from layan.queueing import api as queueing
    from tests.builders import a_branch, a_user

    for _step in bring_up_to_date():
        pass
    branch = a_branch("BUSY")
    for code in range(5, COUNTERS + 1):
        counter = Counter.objects.create(
            branch=branch.branch, zone=branch.counters["1"].zone, code=str(code), kind="general"
        )
        branch.counters[str(code)] = counter
        for service in branch.services.values():
            CounterService.objects.create(counter=counter, service=service, preference=1)
    layout_changed(branch_id=branch.id, what="counters")
    user = a_user("chong", Role.SUPERVISOR, branch)
    token = create_token(role=Role.SUPERVISOR, name="load", branch_id=branch.id, user_id=user.pk)
    supervisor = person_of_token(token)
    assert supervisor is not None
    for counter in branch.counters.values():
        queueing.open_counter(branch_id=branch.id, counter_id=counter.pk, by=supervisor)
    return {
        "branch": branch.code,
        "token": token,
        "counters": [counter.pk for counter in branch.counters.values()],
        "services": [service.code for service in branch.services.values()],
    }


def report() -> dict[str, Any]:
    """Return what is recorded: tickets, numbers, serials, calls, the tally and the log's verdict."""
    from django.conf import settings

    from layan.kit.events import read
    from layan.kit.events.verify import verify
    from layan.queueing.api import head, public_branch
    from layan.queueing.models import Ticket

    place = public_branch("BUSY")
    tickets = list(Ticket.objects.filter(branch_id=place.branch_id))
    serials: dict[str, list[int]] = {}
    for ticket in tickets:
        serials.setdefault(f"{ticket.service_day} {ticket.series}", []).append(ticket.serial)
    issued, called = Count[str](), Count[str]()
    for event in read(place.branch_id):
        if event.type == "ticket.issued":
            issued[json.loads(event.payload)["ticket"]] += 1
        elif event.type == "ticket.called":
            called[json.loads(event.payload)["ticket"]] += 1
    installation = settings.INSTALLATION
    verdict = verify(
        branch_id=place.branch_id, code=place.code, keys=installation.keys, seals=installation.seals
    )
    seq, lanes = head(place.branch_id)
    return {
        "ids": {str(ticket.pk): ticket.number for ticket in tickets},
        "numbers": len({(ticket.service_day, ticket.number) for ticket in tickets}),
        "gaps": [
            series for series, given in serials.items() if sorted(given) != list(range(1, len(given) + 1))
        ],
        "states": Count(ticket.state for ticket in tickets),
        "issued_events": dict(issued),
        "called_events": dict(called),
        "seq": seq,
        "waiting_tally": sum(lanes.values()),
        "findings": [finding.text for finding in verdict.findings],
    }


def main() -> None:
    """Do what the command line says and print the answer as JSON."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "layan.app.settings")
    import django

    django.setup()
    print(json.dumps(make() if sys.argv[1] == "make" else report()))


if __name__ == "__main__":
    main()
