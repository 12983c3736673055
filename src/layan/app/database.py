"""Creating the database and bringing it up to date."""

from collections.abc import Iterator

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
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
    if settings.INSTALLATION.database_file.exists():
        settings.INSTALLATION.database_file.chmod(0o600)
    yield "The database is up to date."


def fault() -> str | None:
    """Return what is wrong with the database as a sentence that says how to mend it; None when it can be worked with."""
    try:
        executor = MigrationExecutor(connection)
    except DatabaseError as down:
        return f"The database does not answer ({down}): check LAYAN_DATABASE."
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        folder = settings.INSTALLATION.folder
        return f"The database is not up to date: run layan migrate --data {folder}."
    return None
