from django.apps import AppConfig


class QueueingConfig(AppConfig):
    name = "layan.queueing"
    label = "queueing"

    def ready(self) -> None:
        """Let the floor hear of printers in trouble and of people who ask for staff (H2)."""
        from layan.queueing.devices import watch_devices
        from layan.queueing.paper.troubles import printers_in_trouble
        from layan.queueing.services.staff_calls import staff_calls

        watch_devices("printer", printers_in_trouble)
        watch_devices("call", staff_calls)
