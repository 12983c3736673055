"""Addresses of the public pages about branches."""

from django.urls import path

from layan.places import views

app_name = "places"
urlpatterns = [
    path("", views.index, name="index"),
    path("b/<str:code>", views.branch, name="branch"),
    path("b/<str:code>/theme.css", views.theme, name="theme"),
]
