"""Addresses of setting up."""

from django.urls import path

from layan.app.setup import devices, import_views, staff, views

app_name = "setup"
urlpatterns = [
    path("", views.home, name="home"),
    path("templates/<str:kind>.csv", import_views.template_file, name="template"),
    path("agencies/new", views.agency, name="new-agency"),
    path("agencies/<str:code>", views.agency, name="agency"),
    path("agencies/<str:code>/branches/new", views.new_branch, name="new-branch"),
    path("agencies/<str:code>/branches/file", import_views.branches_file, name="branches-file"),
    path("branches/<str:code>", views.branch, name="branch"),
    path("branches/<str:code>/details", views.details, name="details"),
    path("branches/<str:code>/staff", staff.staff, name="staff"),
    path("branches/<str:code>/staff/new", staff.member, name="new-member"),
    path("branches/<str:code>/staff/<int:pk>", staff.member, name="member"),
    path("branches/<str:code>/staff/<int:pk>/password", staff.password, name="password"),
    path("branches/<str:code>/devices", devices.devices, name="devices"),
    path("branches/<str:code>/devices/<int:pk>/revoke", devices.revoke, name="revoke"),
    path("branches/<str:code>/<str:kind>/file", import_views.branch_file, name="branch-file"),
    path("branches/<str:code>/<str:key>", views.section, name="section"),
    path("branches/<str:code>/<str:key>/new", views.edit, name="new"),
    path("branches/<str:code>/<str:key>/<int:pk>", views.edit, name="edit"),
    path("branches/<str:code>/<str:key>/<int:pk>/remove", views.remove, name="remove"),
]
