from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from members import clock
from members.exceptions import DomainError
from members.services.jobs import days, replay_days, run_programme_day


class Command(BaseCommand):
    """Run the jobs of a programme day by hand, or replay many."""

    help = "Run the jobs of a day (today without --date), or replay many days with --from and --to."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--date", type=date.fromisoformat, help="the day, YYYY-MM-DD")
        parser.add_argument("--from", type=date.fromisoformat, dest="first", help="the first day to replay")
        parser.add_argument("--to", type=date.fromisoformat, dest="last", help="the last day to replay")

    def handle(self, *args: Any, **options: Any) -> None:
        first, last = options["first"], options["last"]
        if (first is None) != (last is None) or (first and options["date"]):
            raise CommandError("Give --date, or --from and --to together.")
        try:
            if first:
                self._replay(first, last)
            else:
                self._run(options["date"])
        except DomainError as error:
            raise CommandError(str(error)) from error

    def _run(self, day: date | None) -> None:
        now = clock.now()
        for run in run_programme_day(for_date=day or clock.local_date(now), now=now):
            counts = ", ".join(f"{name} {count:,}" for name, count in run.counts.items())
            self.stdout.write(f"{run.job}: {counts} ({run.duration_ms} ms)")

    def _replay(self, first: date, last: date) -> None:
        if last < first:
            raise CommandError("--to is before --from.")
        total = sum(1 for _ in days(first=first, last=last))
        for _ in tqdm(replay_days(first=first, last=last), total=total, unit="day", disable=None):
            pass
        self.stdout.write(self.style.SUCCESS(f"Replayed {total:,} days, {first} to {last}."))
