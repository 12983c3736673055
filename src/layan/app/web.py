"""Granian, as `layan web` runs it."""

from typing import Any

from granian.server.mp import MPServer


class WebServer(MPServer):
    """Granian, which starts a web process again however often it dies.

    By itself it ends when one dies twice within 5.5 s, and then the whole office is without pages.
    """

    def _respawn_workers(self, *arguments: Any, **options: Any) -> None:
        super()._respawn_workers(*arguments, **options)
        self.respawned_wrks.clear()
