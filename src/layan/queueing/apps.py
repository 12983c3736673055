from django.apps import AppConfig


class QueueingConfig(AppConfig):
    name = "layan.queueing"
    label = "queueing"
