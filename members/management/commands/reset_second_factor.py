from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from members import clock
from members.models import User
from members.services.second_factors import reset_second_factors


class Command(BaseCommand):
    """Lets somebody in again who has lost their second factor and their recovery codes."""

    help = "Remove the second factors of a sign-in; its password stays. Make sure first that it is them who ask."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="who signs in")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        """Raises CommandError for an unknown email."""
        user = User.objects.filter(email__iexact=email.strip()).first()
        if user is None:
            raise CommandError(f"Nobody signs in as {email}.")
        removed = reset_second_factors(user=user, now=clock.now())
        self.stdout.write(f"Removed {removed} from {user.email}. The next sign-in asks for the password alone.")
