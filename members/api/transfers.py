from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from members.api import examples
from members.api.base import ApiView
from members.api.schema import NUMBER_IN_PATH, operation
from members.api.serializers.errors import validated_query
from members.api.serializers.fields import moment_text
from members.api.serializers.transfers import PAGE_SIZE, TransfersQuerySerializer, TransfersSerializer
from members.api.traces import structured
from members.models import Account, Scope, Transfer
from members.selectors import traces, transfers
from members.selectors.members import get_by_number
from members.selectors.rulebook import Rulebook, current_rulebook

BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of transfers, newest first, and the cursors of its neighbours."""

    rows: list[Transfer]
    next: str | None
    previous: str | None


def cursor_at(side: str, transfer: Transfer) -> str:
    """The cursor before ("b") or after ("a") a transfer: its time and its id, since new ones move nobody's place."""
    return f"{side}{(transfer.occurred_at - BEGINNING) // MICROSECOND}.{transfer.pk}"


def page_of(found: QuerySet[Transfer], *, cursor: str, size: int) -> Page:
    """The page that a cursor leads to; the newest without one."""
    if not cursor:
        rows = list(found[: size + 1])
        return _page(rows[:size], older=len(rows) > size, newer=False)
    micros, _dot, pk = cursor[1:].partition(".")
    moment = BEGINNING + int(micros) * MICROSECOND
    if cursor.startswith("b"):
        rows = list(found.filter(Q(occurred_at__lt=moment) | Q(occurred_at=moment, pk__lt=int(pk)))[: size + 1])
        return _page(rows[:size], older=len(rows) > size, newer=True)
    newer = found.filter(Q(occurred_at__gt=moment) | Q(occurred_at=moment, pk__gt=int(pk)))
    rows = list(newer.order_by("occurred_at", "pk")[: size + 1])
    return _page(rows[:size][::-1], older=True, newer=len(rows) > size)


def _page(rows: list[Transfer], *, older: bool, newer: bool) -> Page:
    if not rows:
        return Page([], None, None)
    return Page(rows, cursor_at("b", rows[-1]) if older else None, cursor_at("a", rows[0]) if newer else None)


def described(transfer: Any, rulebook: Rulebook) -> dict[str, Any]:
    """A transfer as its member sees it, with why."""
    store = rulebook.stores.get(transfer.store_id)
    return {
        "id": transfer.pk,
        "kind": transfer.kind,
        "points": transfer.signed_points,
        "occurred_at": moment_text(transfer.occurred_at),
        "recorded_at": moment_text(transfer.recorded_at),
        "reference": transfer.reference,
        "store": store.code if store else None,
        "purchase": transfer.receipt_number,
        "trace": structured(transfer.explanation, rulebook),
        "sentences": traces.explain(transfer, rulebook=rulebook),
    }


class TransfersView(ApiView):
    """The points of a member, as they came and went."""

    scopes = {"GET": Scope.POINTS_READ}

    @operation(
        name="member_transfers",
        tag="points",
        summary=_("List a member's transfers"),
        description=_(
            "Every movement of points, newest first, each with why: the trace as data, and in sentences. Follow “next” "
            "for older ones; what is recorded meanwhile moves nothing."
        ),
        scope=Scope.POINTS_READ,
        answers={200: TransfersSerializer},
        refusals=("invalid-request", "member-not-found", "not-found"),
        parameters=[NUMBER_IN_PATH, TransfersQuerySerializer],
        examples=[examples.TRANSFERS],
    )
    def get(self, request: Request, number: str) -> Response:
        """A page. Raises MemberNotFound and InvalidRequest."""
        query = validated_query(TransfersQuerySerializer(data=request.query_params.dict()))
        account = Account.objects.get(member=get_by_number(number))
        size = int(query.get("page_size", PAGE_SIZE))
        found = transfers.for_account(account).annotate(receipt_number=F("purchase__external_id"))
        page = page_of(found, cursor=query.get("cursor", ""), size=size)
        rulebook = current_rulebook()
        return Response(
            {
                "next": self._link(request, page.next, size),
                "previous": self._link(request, page.previous, size),
                "results": [described(row, rulebook) for row in page.rows],
            }
        )

    @staticmethod
    def _link(request: Request, cursor: str | None, size: int) -> str | None:
        return request.build_absolute_uri(f"{request.path}?cursor={cursor}&page_size={size}") if cursor else None
