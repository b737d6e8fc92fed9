from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """The domain: from a spreadsheet to leads in MEGA, and the record of it."""

    name = "imports"

    def ready(self) -> None:
        from imports import (  # noqa: PLC0415 - models are not there earlier
            checks,  # noqa: F401 - registers the system checks
            health,
        )
        from imports.audit import signals  # noqa: F401, PLC0415 - writes sign-in events

        health.register()
