"""Addresses of staff: after signing in, one's own account, a device."""

from django.urls import path

from layan.people import views

app_name = "people"
urlpatterns = [
    path("start", views.start, name="start"),
    path("account", views.account, name="account"),
    path("device", views.device, name="device"),
]
