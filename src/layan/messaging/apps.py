from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "layan.messaging"
    label = "messaging"

    def ready(self) -> None:
        from layan.messaging.health import carriers_in_trouble
        from layan.messaging.ticket_part import told_part
        from layan.queueing.api import add_ticket_part, watch_devices

        watch_devices("carrier", carriers_in_trouble)
        add_ticket_part("messages", told_part)
