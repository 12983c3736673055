from django.apps import AppConfig


class SignageConfig(AppConfig):
    name = "layan.signage"
    label = "signage"

    def ready(self) -> None:
        from layan.queueing.api import watch_devices
        from layan.signage.screens.beats import lost_screens

        watch_devices("screen", lost_screens)
