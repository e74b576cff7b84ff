from typing import TypeVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members import clock
from members.admin.base import ReadOnlyAdmin
from members.admin.display import account_link, figure, link, signed_figure, stamped
from members.admin.searches import account_id_of
from members.models import Debt, Draw, Lot
from members.templatetags.portal import day

Row = TypeVar("Row", bound=Model)


class OfMemberAdmin(ReadOnlyAdmin[Row]):
    """Rows of the ledger that are found by whose they are."""

    # Lots are indexed by their account only while something is left; by way of their credit, always.
    account_fields: tuple[str, ...] = ("account",)
    ordering = ("-id",)
    sortable_by = ()
    search_fields = ("account",)
    search_help_text = _("Number of a member’s card")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Row], search_term: str
    ) -> tuple[QuerySet[Row], bool]:
        """Find by member."""
        if search_term:
            account_id = account_id_of(search_term) or 0
            queryset = queryset.filter(**dict.fromkeys(self.account_fields, account_id))
        return queryset, False


@admin.register(Lot)
class LotAdmin(OfMemberAdmin[Lot]):
    """What is left of each credit, and until when."""

    account_fields = ("account", "transfer__credit_account")
    list_display = ("id", "owner", "points_figure", "remaining_figure", "is_pending", "usable", "last_day")
    usable = stamped("available_at", _("available from"))
    list_select_related = ("account__member",)
    fields = (
        ("owner", "origin", "terms"),
        ("points_figure", "remaining_figure"),
        ("is_pending", "available_at", "last_day"),
    )
    readonly_fields = ("owner", "origin", "points_figure", "remaining_figure", "last_day")

    @admin.display(description=_("member"))
    def owner(self, lot: Lot) -> str:
        """Whose points these are."""
        return account_link(lot.account)

    @admin.display(description=_("transfer"))
    def origin(self, lot: Lot) -> str:
        """The credit that made it."""
        return link(lot.transfer, lot.transfer_id)

    @admin.display(description=_("points"))
    def points_figure(self, lot: Lot) -> str:
        """How many it began with."""
        return figure(lot.points)

    @admin.display(description=_("remaining"))
    def remaining_figure(self, lot: Lot) -> str:
        """How many are left."""
        return figure(lot.remaining)

    @admin.display(description=_("last day"))
    def last_day(self, lot: Lot) -> str:
        """The last day on which they can be used."""
        return day(clock.last_day(lot.expires_at)) if lot.expires_at else gettext("Never expires")


@admin.register(Draw)
class DrawAdmin(OfMemberAdmin[Draw]):
    """Which debit took how many points from which lot; what a reversal gave back is negative."""

    account_fields = ("lot__account", "lot__transfer__credit_account")
    list_display = ("id", "owner", "lot_link", "transfer_link", "taken")
    list_select_related = ("lot__account__member", "transfer")
    fields = (("owner", "lot_link", "transfer_link"), "taken")
    readonly_fields = ("owner", "lot_link", "transfer_link", "taken")

    @admin.display(description=_("member"))
    def owner(self, draw: Draw) -> str:
        """Whose points these were."""
        return account_link(draw.lot.account)

    @admin.display(description=_("lot"))
    def lot_link(self, draw: Draw) -> str:
        """The lot they came from."""
        return link(draw.lot, draw.lot_id)

    @admin.display(description=_("transfer"))
    def transfer_link(self, draw: Draw) -> str:
        """The debit that took them."""
        return link(draw.transfer, draw.transfer_id)

    @admin.display(description=_("points"))
    def taken(self, draw: Draw) -> str:
        """How many; negative where they went back."""
        return signed_figure(-draw.points)


@admin.register(Debt)
class DebtAdmin(OfMemberAdmin[Debt]):
    """What a member owes after returns, repaid by the next credits."""

    list_display = ("id", "owner", "transfer_link", "points_figure", "remaining_figure")
    list_select_related = ("account__member", "transfer")
    fields = (("owner", "transfer_link"), ("points_figure", "remaining_figure"))
    readonly_fields = ("owner", "transfer_link", "points_figure", "remaining_figure")

    @admin.display(description=_("member"))
    def owner(self, debt: Debt) -> str:
        """Who owes."""
        return account_link(debt.account)

    @admin.display(description=_("transfer"))
    def transfer_link(self, debt: Debt) -> str:
        """The debit that no lot could cover."""
        return link(debt.transfer, debt.transfer_id)

    @admin.display(description=_("points"))
    def points_figure(self, debt: Debt) -> str:
        """How many were owed at first."""
        return figure(debt.points)

    @admin.display(description=_("remaining"))
    def remaining_figure(self, debt: Debt) -> str:
        """How many are still owed."""
        return figure(debt.remaining)
