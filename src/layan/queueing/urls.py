"""Addresses of the queue: kiosk, ticket page, the public count of who waits, console and floor."""

from django.urls import path

from layan.queueing.views import (
    counter,
    floor,
    floor_pages,
    floor_seats,
    kiosk,
    kiosk_slip,
    printers,
    ticket,
    usual,
    waiting,
)

app_name = "queueing"
urlpatterns = [
    path("kiosk/<str:code>", kiosk.start, name="kiosk"),
    path("kiosk/<str:code>/now", kiosk.now, name="kiosk-now"),
    path("kiosk/<str:code>/services", kiosk.services, name="kiosk-services"),
    path("kiosk/<str:code>/tiles", kiosk.tiles, name="kiosk-tiles"),
    path("kiosk/<str:code>/services/<str:service>", kiosk.service, name="kiosk-service"),
    path("kiosk/<str:code>/numbers/<str:token>", kiosk.number, name="kiosk-number"),
    path("kiosk/<str:code>/numbers/<str:token>/slip", kiosk_slip.slip, name="kiosk-slip"),
    path("kiosk/<str:code>/numbers/<str:token>/paper", kiosk_slip.paper, name="kiosk-paper"),
    path("t/<str:token>", ticket.page, name="ticket"),
    path("t/<str:token>/now", ticket.now, name="ticket-now"),
    path("b/<str:code>/waiting", waiting.waiting, name="waiting"),
    path("b/<str:code>/usual", usual.usual, name="usual"),
    path("counter", counter.choose, name="choose-counter"),
    path("counter/<int:counter_id>", counter.console, name="console"),
    path("counter/<int:counter_id>/face", counter.face, name="console-face"),
    path("counter/<int:counter_id>/queue", counter.queue, name="console-queue"),
    path("counter/<int:counter_id>/do", counter.do, name="console-do"),
    path("counter/<int:counter_id>/explain/<uuid:ticket_id>", counter.explain, name="console-explain"),
    path("floor/<str:code>", floor.floor, name="floor"),
    path("floor/<str:code>/now", floor.now, name="floor-now"),
    path("floor/<str:code>/do", floor.do, name="floor-do"),
    path("floor/<str:code>/counters/<int:counter_id>", floor_pages.counter_services, name="counter-services"),
    path("floor/<str:code>/counters/<int:counter_id>/officer", floor_seats.seat, name="seat"),
    path("floor/<str:code>/disruption", floor_pages.disruption, name="disruption"),
    path("floor/<str:code>/fairness", floor_pages.fairness, name="fairness"),
    path("floor/<str:code>/day", floor_pages.day, name="day"),
    path("floor/<str:code>/day/<uuid:ticket_id>", floor_pages.ticket_story, name="story"),
    path("floor/<str:code>/printers", printers.listing, name="printers"),
    path("floor/<str:code>/printers/again", printers.again, name="reprint"),
    path("floor/<str:code>/printers/<int:printer_id>/test", printers.test, name="test-printer"),
    path("floor/<str:code>/explain/<uuid:ticket_id>", floor_pages.explain, name="floor-explain"),
    path("floor/<str:code>/log.<str:form>", floor_pages.log_export, name="log-export"),
]
