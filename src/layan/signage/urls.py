"""Addresses of boards, and of the notices on the floor page."""

from django.urls import path

from layan.signage.views import boards, notices

app_name = "signage"
urlpatterns = [
    path("board/<str:code>", boards.index, name="boards"),
    path("board/<str:code>/<str:zone>", boards.page, name="board"),
    path("board/<str:code>/<str:zone>/now", boards.now, name="board-now"),
    path("floor/<str:code>/notices", notices.listing, name="notices"),
    path("floor/<str:code>/notices/<int:notice_id>/end", notices.end, name="end-notice"),
]
