"""Addresses of messages: the customer's page, the staff's page."""

from django.urls import path

from layan.messaging.views import floor, telling

app_name = "messaging"
urlpatterns = [
    path("t/<str:token>/tell", telling.tell, name="tell"),
    path("floor/<str:code>/messages", floor.messages, name="messages"),
]
