"""The Celery app. Workers only carry: what there is to do stands in the database."""

import os
import warnings

from celery import Celery  # noqa: TID251 - one of the two doors to Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

# It warns of root because of pickled tasks; ours are ids in JSON, and nothing else is accepted.
warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")

TRANSPORT_ALIASES |= dict.fromkeys(("redis", "rediss"), "portal.broker:Transport")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["imports"])
