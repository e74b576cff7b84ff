from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from members import clock
from members.services.relays import relay_events, retry_parked_events


class Command(BaseCommand):
    """Deliver waiting domain events once, as the worker does each minute."""

    help = "Deliver waiting domain events to subscribers and webhooks."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seconds", type=float, default=50, help="how long to go on while events wait")
        parser.add_argument("--retry-parked", action="store_true", help="try events again that were given up")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["retry_parked"]:
            self.stdout.write(f"To be tried again: {retry_parked_events():,}.")
        counts = relay_events(now=clock.now(), seconds=options["seconds"])
        self.stdout.write(", ".join(f"{name} {count:,}" for name, count in counts.items()))
