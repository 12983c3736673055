"""Addresses of setting up."""

from django.urls import URLPattern

app_name = "setup"
urlpatterns: list[URLPattern] = []
