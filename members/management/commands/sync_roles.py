from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import transaction

from members.roles import PERMISSIONS, ensure_roles


class Command(BaseCommand):
    help = "Give each role exactly the permissions of members/roles.py; run after an upgrade."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            ensure_roles(apps)
        self.stdout.write(f"{len(PERMISSIONS)} roles are up to date.")
