from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "layan.people"
    label = "people"
