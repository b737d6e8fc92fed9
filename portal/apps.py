from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The site and its people."""

    name = "portal"
