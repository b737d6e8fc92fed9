"""`manage.py verify_audit`: proof that the trail is whole, or the first link that is not."""

from typing import Any

from imports.audit import heads, verify
from imports.management.base import PortalCommand, Problem
from imports.models import Chain, Event


class Command(PortalCommand):
    help = (
        "Check every chain of the audit trail; exit status 1 names the first broken link of each."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            broken = verify.verify()
        except ValueError as problem:
            raise Problem(f"{problem} Restore it from the copy that is kept elsewhere.") from None
        if broken:
            raise Problem(" ".join(link.sentence for link in broken), returncode=1)
        self.stdout.write(
            f"The audit trail is whole: {Event.objects.count()} events in "
            f"{Chain.objects.count()} chains. "
            f"Days whose heads it was compared with: {heads.days()} (in {heads.folder()})."
        )
