from django.apps import AppConfig


class KitConfig(AppConfig):
    name = "layan.kit"
    label = "kit"
