"""Transfers as a member reads them: where from, how many, and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format

from members.models import Transfer, TransferKind
from members.selectors import traces
from members.selectors.receipt_lines import ShownLine
from members.selectors.rulebook import Rulebook

ICONS = {
    TransferKind.EARN: "bag",
    TransferKind.BONUS: "spark",
    TransferKind.SPEND: "gift",
    TransferKind.REVERSAL: "return",
    TransferKind.CLAWBACK: "return",
    TransferKind.EXPIRY: "hourglass",
    TransferKind.GIFT: "gift",
    TransferKind.ADJUSTMENT: "adjust",
    TransferKind.OPENING: "up",
    TransferKind.MERGE: "merge",
    TransferKind.CLOSURE: "leave",
}


INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a points history. ``points`` is signed: negative left the member; ``lines``: what was bought."""

    title: str
    kind_label: str
    icon: str
    points: int
    occurred_at: datetime
    month: str
    sentences: list[str]
    lines: Sequence[ShownLine] = ()


def entries(
    transfers: Iterable[Transfer], *, rulebook: Rulebook, lines: Mapping[int, Sequence[ShownLine]] | None = None
) -> list[Entry]:
    """Lines of a history, from what selectors.transfers gives; names are the rulebook's, so no line costs a query.

    ``lines``: what was bought, by purchase (selectors.receipt_lines), where the page shows it.
    """
    bought = lines or {}
    return [_entry(transfer, rulebook, bought.get(transfer.purchase_id or 0, ())) for transfer in transfers]


def _entry(transfer: Transfer, rulebook: Rulebook, lines: Sequence[ShownLine]) -> Entry:
    kind = transfer.get_kind_display()
    store_id: int | None = getattr(transfer, "store_id", None)
    return Entry(
        title=kind if store_id is None else str(rulebook.stores[store_id].names),
        kind_label=kind,
        icon=ICONS[TransferKind(transfer.kind)],
        points=getattr(transfer, "signed_points", transfer.points),
        occurred_at=_shown_at(transfer),
        month=date_format(timezone.localtime(_shown_at(transfer)), "YEAR_MONTH_FORMAT"),
        sentences=traces.explain(transfer, rulebook=rulebook),
        lines=lines,
    )


def _shown_at(transfer: Transfer) -> datetime:
    """Points expire at the first moment after their last day; people read of the last day."""
    return transfer.occurred_at - INSTANT if transfer.kind == TransferKind.EXPIRY else transfer.occurred_at
