from django.apps import AppConfig


class WaitingConfig(AppConfig):
    name = "layan.waiting"
    label = "waiting"

    def ready(self) -> None:
        """Let queueing write on each number the wait that is promised with it."""
        from layan.queueing.api import use_waits
        from layan.waiting.promises import Forecasts

        use_waits(Forecasts())
