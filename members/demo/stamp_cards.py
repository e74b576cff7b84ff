"""What members had on the paper stamp cards from before the programme: a file that a manager sends in."""

import csv
from collections.abc import Sequence
from datetime import datetime
from io import StringIO
from random import Random

from django.core.files.base import ContentFile

from members import clock
from members.demo.people import Person
from members.models import ImportKind, User
from members.services.import_runs import create_import, run_import
from members.tier_windows import add_months, month_end

FILE_NAME = "stamp-cards.csv"
HAD_A_CARD = 0.4
STAMPS = (3, 24)
POINTS_A_STAMP = 10
MONTHS_LEFT = 9


def import_stamp_cards(people: Sequence[Person], random: Random, manager: User, now: datetime) -> None:
    """Bring the stamps in as opening balances; two rows of the file need mending, as ever."""
    last_day = month_end(add_months(clock.local_date(now), MONTHS_LEFT)).isoformat()
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(["member", "points", "expires_on", "reference"])
    serial = 0
    for person in people:
        if person.number and not person.has_left and (person.is_main_character or random.random() < HAD_A_CARD):
            serial += 1
            points = random.randint(*STAMPS) * POINTS_A_STAMP
            writer.writerow([person.number, points, last_day, f"card {serial:04d}"])
    writer.writerow(["lost card", 90, last_day, f"card {serial + 1:04d}"])
    writer.writerow([people[0].number, "twelve", last_day, f"card {serial + 2:04d}"])
    run = create_import(
        kind=ImportKind.BALANCES,
        store_id=None,
        file=ContentFile(text.getvalue().encode(), name=FILE_NAME),
        column_map={},
        enrol=False,
        dry_run=False,
        user=manager,
        now=now,
    )
    run_import(import_id=run.pk, now=lambda: now)
