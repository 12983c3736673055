from django.apps import AppConfig


class SetupConfig(AppConfig):
    name = "layan.app.setup"
    label = "setup"
