"""Creating the database and bringing it up to date."""

from collections.abc import Iterator

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def bring_up_to_date() -> Iterator[str]:
    """Apply what is missing and yield a line for each step."""
    settings.INSTALLATION.create()
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    for migration, _ in plan:
        yield f"{migration.app_label}: {migration.name}"
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    yield "The database is up to date."
