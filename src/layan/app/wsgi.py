"""The web application: pages and API, under any WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "layan.app.settings")

application = get_wsgi_application()
