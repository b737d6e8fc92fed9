"""The site: settings, sign-in, health, and the people who use it."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
