from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "layan.app.api"
    label = "api"
