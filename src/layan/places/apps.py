from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "layan.places"
    label = "places"
