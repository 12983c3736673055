from django.apps import AppConfig


class SignageConfig(AppConfig):
    name = "layan.signage"
    label = "signage"
