"""A till that posts purchases until it is told to stop, and writes down each one that was acknowledged.

python -m tests.chaos.writer NAME FOLDER. When the database goes away in the middle, it posts the same receipt again.
"""

import sys
import time
from datetime import timedelta
from itertools import count
from pathlib import Path

import django


def post(name: str, folder: Path) -> None:
    from django.db import Error, connection  # noqa: PLC0415 -- Django is set up first

    from members import clock  # noqa: PLC0415
    from members.exceptions import Busy  # noqa: PLC0415
    from members.models import Member, Store  # noqa: PLC0415
    from members.services.purchases import record_purchase  # noqa: PLC0415
    from members.services.receipts import Receipt, ReceiptLine  # noqa: PLC0415

    shop = Store.objects.get()
    numbers = list(Member.objects.order_by("pk").values_list("number", flat=True))
    with (folder / f"{name}.acknowledged").open("a", encoding="ascii") as acknowledged:
        for place in count(1):
            at = clock.now() - timedelta(seconds=1)
            member, key = numbers[place % len(numbers)], f"{name}-{place}"
            receipt = Receipt(shop.pk, key, member, at, 1_000, "CNY", (ReceiptLine(1_000),))
            while True:
                if (folder / "stop").exists():
                    return
                try:
                    record_purchase(receipt=receipt, now=clock.now())
                except (Error, Busy):
                    connection.close()
                    time.sleep(0.2)
                else:
                    acknowledged.write(f"{key}\n")
                    acknowledged.flush()
                    break


if __name__ == "__main__":
    django.setup()
    post(sys.argv[1], Path(sys.argv[2]))
