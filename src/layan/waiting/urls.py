"""Addresses of the pages about waits."""

from django.urls import path

from layan.waiting import views

app_name = "waiting"
urlpatterns = [path("floor/<str:code>/promises", views.promises, name="promises")]
