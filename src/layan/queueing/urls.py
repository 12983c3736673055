"""Addresses of the queue: kiosk, ticket page, the public count of who waits, console and floor."""

from django.urls import path

from layan.queueing.views import counter, kiosk, ticket, waiting

app_name = "queueing"
urlpatterns = [
    path("kiosk/<str:code>", kiosk.start, name="kiosk"),
    path("kiosk/<str:code>/now", kiosk.now, name="kiosk-now"),
    path("kiosk/<str:code>/services", kiosk.services, name="kiosk-services"),
    path("kiosk/<str:code>/services/<str:service>", kiosk.service, name="kiosk-service"),
    path("kiosk/<str:code>/numbers/<str:token>", kiosk.number, name="kiosk-number"),
    path("t/<str:token>", ticket.page, name="ticket"),
    path("t/<str:token>/now", ticket.now, name="ticket-now"),
    path("b/<str:code>/waiting", waiting.waiting, name="waiting"),
    path("counter", counter.choose, name="choose-counter"),
    path("counter/<int:counter_id>", counter.console, name="console"),
    path("counter/<int:counter_id>/face", counter.face, name="console-face"),
    path("counter/<int:counter_id>/queue", counter.queue, name="console-queue"),
    path("counter/<int:counter_id>/do", counter.do, name="console-do"),
    path("counter/<int:counter_id>/explain/<uuid:ticket_id>", counter.explain, name="console-explain"),
]
