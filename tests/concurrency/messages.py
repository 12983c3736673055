"""Customers to be told, and workers that tell them, each in a process of its own (see `test_messages`).

python -m tests.concurrency.messages make FILE             numbers that asked to be told, some of them called
python -m tests.concurrency.messages work FILE [SECONDS]   follows and sends, as if so many seconds had passed
python -m tests.concurrency.messages hang FILE             claims messages, says so, and never comes to an end
python -m tests.concurrency.messages report FILE           prints the messages by state
"""

import json
import os
import sys
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path

from layan.messaging.api import Channel, Outgoing, Sent, use_carriers

#: Numbers that asked; counters that call one each.
ASKED, COUNTERS = 12, 4


def make() -> None:
    """Make an office with a line in which everybody asked by both SMS and e-mail, and call the first four."""
    from layan.app.database import bring_up_to_date
    from layan.messaging.services import ask
    from layan.people.api import Role
    from layan.queueing import api as queueing
    from tests.builders import a_branch, a_person, a_ticket, a_user

    for _step in bring_up_to_date():
        pass
    here = a_branch("BUSY")
    for each in range(ASKED):
        ticket = a_ticket(here)
        ask(ticket=ticket, channel=Channel.SMS, typed=f"012-345 67{each:02}", language="en")
        ask(ticket=ticket, channel=Channel.EMAIL, typed=f"a{each}@example.my", language="en")
    codes = list(here.counters)[:COUNTERS]
    for code in codes:
        user = a_user(f"officer-{code}", Role.SUPERVISOR, here)
        by = a_person(Role.SUPERVISOR, here, actor=f"user:{user.pk}", user_id=user.pk)
        queueing.open_counter(branch_id=here.id, counter_id=here.counter(code), by=by)
        queueing.call_number(
            branch_id=here.id,
            counter_id=here.counter(code),
            ticket_id=queueing.Ticket.objects.filter(state="waiting").order_by("pk")[0].pk,
            reason="supervisor",
            by=by,
        )


def work(file: Path, seconds: int) -> None:
    """Follow and send until nothing is due, `seconds` from now."""
    from layan.kit import clock
    from layan.messaging.following import follow
    from layan.messaging.posting import has_due, post
    from layan.queueing.api import public_branch

    place = public_branch("BUSY")
    with clock.held_at(clock.now() + timedelta(seconds=seconds)):
        follow(place)
        while has_due(place):
            post(place)


def report() -> None:
    """Print how many messages are in which state."""
    from layan.messaging.models import Message

    print(json.dumps(Counter(Message.objects.values_list("state", flat=True))))


class ToFile:
    """Writes each key that it is given, in one go, so that those of several processes do not mix."""

    def __init__(self, file: Path, *, hangs: bool) -> None:
        self._file = file
        self._hangs = hangs

    def send(self, message: Outgoing) -> Sent:
        if self._hangs:
            os.write(1, b"claimed\n")  # whole, whichever threads say it at once
            threading.Event().wait()
        descriptor = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(descriptor, f"{message.key}\n".encode())
        os.close(descriptor)
        return Sent()


def main() -> None:
    """Do what the first argument says."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "layan.app.settings"
    import django

    django.setup()
    what, file = sys.argv[1], Path(sys.argv[2])
    use_carriers(dict.fromkeys(Channel, ToFile(file, hangs=what == "hang")))
    if what == "make":
        make()
    elif what == "report":
        report()
    else:
        work(file, int(sys.argv[3]) if len(sys.argv) > 3 else 0)


if __name__ == "__main__":
    main()
