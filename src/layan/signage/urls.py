"""Addresses of boards and screens, and of the notices and screens on the floor page."""

from django.urls import path

from layan.signage.views import announcements, boards, clips, display, notices, screens, voice

app_name = "signage"
urlpatterns = [
    path("board/<str:code>", boards.index, name="boards"),
    path("board/<str:code>/<str:zone>", boards.page, name="board"),
    path("board/<str:code>/<str:zone>/now", boards.now, name="board-now"),
    path("screen", display.display, name="display"),
    path("screen/now", display.now, name="display-now"),
    path("screen/code", display.code, name="display-code"),
    path("screen/voice", voice.take, name="voice"),
    path("screen/voice/<int:announcement_id>/played", voice.confirm, name="voice-played"),
    path("sounds/<str:sha>.wav", voice.sound, name="sound"),
    path("floor/<str:code>/announcements", announcements.listing, name="announcements"),
    path("floor/<str:code>/announcements/now", announcements.now, name="announcements-now"),
    path(
        "floor/<str:code>/announcements/<uuid:batch>/cancel", announcements.cancel, name="cancel-announcement"
    ),
    path("floor/<str:code>/voices", clips.listing, name="voices"),
    path("floor/<str:code>/voices/<str:language>/<str:key>.wav", clips.hear, name="clip"),
    path("floor/<str:code>/screens", screens.listing, name="screens"),
    path("floor/<str:code>/screens/<int:screen_id>", screens.edit, name="screen"),
    path("floor/<str:code>/screens/<int:screen_id>/revoke", screens.revoke, name="revoke-screen"),
    path("floor/<str:code>/screens/<int:screen_id>/preview", screens.preview, name="screen-preview"),
    path(
        "floor/<str:code>/screens/<int:screen_id>/preview/now",
        screens.preview_now,
        name="screen-preview-now",
    ),
    path("floor/<str:code>/notices", notices.listing, name="notices"),
    path("floor/<str:code>/notices/<int:notice_id>/end", notices.end, name="end-notice"),
]
