from django.apps import AppConfig


class QueueingConfig(AppConfig):
    name = "layan.queueing"
    label = "queueing"

    def ready(self) -> None:
        """Let the floor hear of printers in trouble (H2)."""
        from layan.queueing.devices import watch_devices
        from layan.queueing.paper.troubles import printers_in_trouble

        watch_devices("printer", printers_in_trouble)
