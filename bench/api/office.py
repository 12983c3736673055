"""Makes the offices that are measured, in a process of its own: Django can be set up for one database only.

    python -m bench.api.office make               an empty installation with two branches, HTTP and RAW
    python -m bench.api.office waiting N          N more tickets wait in branch HTTP
    python -m bench.api.office past N             N more tickets of past days in branch HTTP

`LAYAN_DATA` and `LAYAN_DATABASE` say where. `make` prints what the clients need as JSON.
"""

import json
import os
import sys

COUNTERS = 8


def make() -> None:
    """Make two branches of three services and eight open counters, and a supervisor's token for one."""
    from django.db import connection
    from tests.builders import a_branch, a_person, a_user

    from layan.app.database import bring_up_to_date
    from layan.people.api import Role, create_token
    from layan.places.api import layout_changed
    from layan.places.models import Counter, CounterService
    from layan.queueing import api as queueing

    for _step in bring_up_to_date():
        pass
    offices = {}
    for code in ("HTTP", "RAW"):
        branch = a_branch(code)
        for extra in range(5, COUNTERS + 1):
            counter = Counter.objects.create(
                branch=branch.branch, zone=branch.counters["1"].zone, code=str(extra), kind="general"
            )
            branch.counters[str(extra)] = counter
            for service in branch.services.values():
                CounterService.objects.create(counter=counter, service=service, preference=1)
        layout_changed(branch_id=branch.id, what="counters")
        user = a_user(f"penyelia-{code}", Role.SUPERVISOR, branch)
        supervisor = a_person(Role.SUPERVISOR, branch, actor="bench", user_id=user.pk)
        for counter in branch.counters.values():
            queueing.open_counter(branch_id=branch.id, counter_id=counter.pk, by=supervisor)
        offices[code] = {
            "branch": branch.id,
            "token": create_token(role=Role.SUPERVISOR, name="bench", branch_id=branch.id, user_id=user.pk),
            "services": {service.code: service.pk for service in branch.services.values()},
            "counters": [counter.pk for counter in branch.counters.values()],
            "user": user.pk,
        }
    connection.close()
    print(json.dumps(offices))


def waiting(number: int) -> None:
    """Let so many customers wait in branch HTTP, as if each had taken a number."""
    import orjson
    from django.db import connection, transaction

    from layan.queueing.api import public_branch
    from layan.queueing.rules.lanes import service_lane

    place = public_branch("HTTP")
    lanes = {service.id: service_lane(service.id, "general") for service in place.services.values()}
    with transaction.atomic(), connection.cursor() as cursor:
        for service_id, lane in lanes.items():
            share = number // len(lanes)
            _fill(cursor, place.branch_id, share, service_id, f"W{service_id}", lane, "waiting", days=0)
            cursor.execute("SELECT tally FROM kit_head WHERE branch_id = %s", [place.branch_id])
            tally = orjson.loads(cursor.fetchone()[0])
            tally["lanes"][lane] = tally.setdefault("lanes", {}).get(lane, 0) + share
            cursor.execute(
                "UPDATE kit_head SET tally = %s WHERE branch_id = %s",
                [orjson.dumps(tally).decode(), place.branch_id],
            )


def past(number: int) -> None:
    """Add tickets of the past thousand days to branch HTTP, all done."""
    from django.db import connection, transaction

    from layan.queueing.api import public_branch

    place = public_branch("HTTP")
    service = next(iter(place.services.values()))
    with transaction.atomic(), connection.cursor() as cursor:
        _fill(cursor, place.branch_id, number, service.id, "P", "s0:general", "done", days=1000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _fill(
    cursor: object, branch: int, number: int, service: int, series: str, lane: str, state: str, *, days: int
) -> None:
    """Insert tickets in one statement, spread over the past `days`."""
    from django.db import connection

    postgresql = connection.vendor == "postgresql"
    rows = (
        "SELECT n FROM generate_series(1, %s) AS g(n)"
        if postgresql
        else "WITH RECURSIVE g(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g WHERE n < %s) SELECT n FROM g"
    )
    key = "gen_random_uuid()" if postgresql else "lower(hex(randomblob(16)))"
    day = f"(CURRENT_DATE - (n %% {days + 1}) - {1 if days else 0})"
    since = f"(now() - make_interval(days => n %% {days + 1}, secs => 3600))"
    if not postgresql:
        day = f"date('now', '-' || (n %% {days + 1} + {1 if days else 0}) || ' days')"
        since = f"strftime('%%Y-%%m-%%d %%H:%%M:%%S', 'now', '-' || (n %% {days + 1}) || ' days', '-1 hour')"
    called = since if state == "done" else "NULL"
    remaining = "'[]'::jsonb" if postgresql else "'[]'"
    cursor.execute(  # type: ignore[attr-defined]
        f"""
        INSERT INTO queueing_ticket
          (id, branch_id, service_day, series, serial, number, category, customer_type, language, issued_by, state,
           service_id, remaining, finished_services, lane, waiting_since, issued_at, called_at, ended_at,
           recalls, outcome, holder, before)
        SELECT {key}, %s, {day}, %s, n, 'X' || n, 'general', 'citizen', 'ms', 'bench', %s,
           %s, {remaining}, {remaining}, %s, {since}, {since}, {called}, {called}, 0, '', '', ''
          FROM ({rows}) AS numbers
        """,
        [branch, series, state, service, lane, number],
    )


def main() -> None:
    """Do what the command line says."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "layan.app.settings")
    import django

    django.setup()
    if sys.argv[1] == "make":
        make()
    else:
        {"waiting": waiting, "past": past}[sys.argv[1]](int(sys.argv[2]))


if __name__ == "__main__":
    main()
