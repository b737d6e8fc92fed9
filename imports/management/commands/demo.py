"""`manage.py demo`: what a person on a fresh machine can try the portal with."""

from typing import Any

from imports import demo
from imports.management.base import PortalCommand


class Command(PortalCommand):
    help = "Make the demo team, people, customer and samples where they are missing (DEBUG only)."

    def handle(self, *_args: Any, **_options: Any) -> None:
        made = demo.make()
        self.stdout.write(f"Sign in as {made.email} with the password {made.password}")
        self.stdout.write("(viewer@example.com and auditor@example.com have the same password)")
        self.stdout.write(f"Sample spreadsheets: {made.samples}")
