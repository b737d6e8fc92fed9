"""What the web server calls."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

application = get_wsgi_application()

from portal import warm  # noqa: E402 - needs the apps, which are there now

# Each process for itself and after the fork, as nothing is loaded before it (no `preload_app`).
warm.up()
