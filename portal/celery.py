"""The Celery app. Workers only carry: what there is to do stands in the database."""

import os

from celery import Celery  # noqa: TID251 - one of the two doors to Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["imports"])
