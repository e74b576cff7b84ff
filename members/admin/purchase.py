from collections.abc import Iterable

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from members.admin.base import ReadOnlyAdmin, ReadOnlyInline
from members.admin.display import facts, figure, member_link, money, stamped
from members.admin.searches import purchase_condition
from members.models import Purchase, PurchaseLine, PurchaseRevision, Return
from members.money import display_amount


class LineInline(ReadOnlyInline[PurchaseLine, Purchase]):
    """What was on the receipt."""

    model = PurchaseLine
    fields = ("position", "sku", "category", "quantity", "line_amount", "returned_quantity", "line_returned")
    readonly_fields = ("line_amount", "line_returned")
    ordering = ("position",)

    @admin.display(description=_("amount"))
    def line_amount(self, line: PurchaseLine) -> str:
        """The whole line, in the programme's currency."""
        return money(display_amount(line.amount))

    @admin.display(description=_("returned amount"))
    def line_returned(self, line: PurchaseLine) -> str:
        """How much of the line came back."""
        return money(display_amount(line.returned_amount))


class ReturnInline(ReadOnlyInline[Return, Purchase]):
    """What came back, when, and what it cost in points."""

    model = Return
    fields = ("external_id", "occurred_at", "returned", "points_clawed_back")
    readonly_fields = ("returned",)
    ordering = ("occurred_at", "id")

    @admin.display(description=_("amount"))
    def returned(self, row: Return) -> str:
        """What was paid back."""
        return money(display_amount(row.amount))


class RevisionInline(ReadOnlyInline[PurchaseRevision, Purchase]):
    """What the receipt said before it was corrected."""

    model = PurchaseRevision
    fields = ("revision", "recorded_at", "reason", "said")
    readonly_fields = ("said",)
    ordering = ("revision",)

    @admin.display(description=_("content before the correction"))
    def said(self, row: PurchaseRevision) -> str:
        """The content as names and values."""
        return facts(row.content)


@admin.register(Purchase)
class PurchaseAdmin(ReadOnlyAdmin[Purchase]):
    """Receipts as tills and imports recorded them; a correction comes from where the receipt came from."""

    list_display = ("external_id", "store", "buyer", "bought", "paid", "given_back", "earned", "taken_back")
    list_filter = ("store",)
    list_select_related = ("store", "member")
    bought = stamped("occurred_at", _("bought"))
    ordering = ("-occurred_at", "-id")
    sortable_by = ("bought",)
    search_fields = ("external_id",)
    search_help_text = _("Receipt number, or the number of a member’s card")
    inlines = (LineInline, ReturnInline, RevisionInline)
    fields = (
        ("external_id", "store", "buyer"),
        ("occurred_at", "recorded_at", "business_date"),
        ("paid", "given_back", "currency"),
        ("earned", "taken_back", "revision"),
    )
    readonly_fields = ("buyer", "paid", "given_back", "earned", "taken_back")

    def seen_members(self, rows: Iterable[Purchase]) -> Iterable[int | None]:
        """Whose purchases."""
        return (row.member_id for row in rows)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Purchase]:
        """The page of one purchase names its store and member, too."""
        return super().get_queryset(request).select_related("store", "member")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Purchase], search_term: str
    ) -> tuple[QuerySet[Purchase], bool]:
        """Find by receipt number or by card."""
        return (queryset.filter(purchase_condition(search_term)) if search_term else queryset), False

    @admin.display(description=_("member"))
    def buyer(self, purchase: Purchase) -> str:
        """Whose card it was."""
        return member_link(purchase.member)

    @admin.display(description=_("amount"))
    def paid(self, purchase: Purchase) -> str:
        """What was paid."""
        return money(display_amount(purchase.amount))

    @admin.display(description=_("returned"))
    def given_back(self, purchase: Purchase) -> str:
        """What was paid back; nothing for most receipts."""
        return money(display_amount(purchase.returned_amount)) if purchase.returned_amount else "—"

    @admin.display(description=_("points earned"))
    def earned(self, purchase: Purchase) -> str:
        """Points this receipt brought."""
        return figure(purchase.points_earned)

    @admin.display(description=_("points taken back"))
    def taken_back(self, purchase: Purchase) -> str:
        """Points that returns took back."""
        return figure(purchase.points_clawed_back) if purchase.points_clawed_back else "—"
