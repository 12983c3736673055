"""Every address of the product, by room."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from layan.app.api.pages import problems
from layan.app.api.v1 import api
from layan.app.setup.site import site

urlpatterns: list[URLPattern | URLResolver] = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("accounts/", include("layan.people.account_urls")),
    path("api/v1/problems", problems, name="problems"),
    path("api/v1/", api.urls),
    path("setup/", include("layan.app.setup.urls")),
    path("admin/", site.urls),
    path("", include("layan.people.urls")),
    path("", include("layan.places.urls")),
    path("", include("layan.queueing.urls")),
    path("", include("layan.waiting.urls")),
    path("", include("layan.signage.urls")),
    path("", include("layan.messaging.urls")),
]
if settings.DEMONSTRATION:
    from layan.app.demo.screens import show

    urlpatterns.append(path("demo/screens/<int:which>", show, name="demo-screen"))
