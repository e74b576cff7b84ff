from collections.abc import Iterable

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from members.admin.base import ReadOnlyAdmin
from members.admin.display import account_link, badge, facts, figure, link, stamped
from members.admin.searches import transfer_condition
from members.models import Transfer

OWNERS = ("debit_account__member", "credit_account__member")


@admin.register(Transfer)
class TransferAdmin(ReadOnlyAdmin[Transfer]):
    """Points that moved, once and for ever."""

    list_display = ("id", "what", "moved", "from_account", "to_account", "happened", "learned")
    list_display_links = ("id", "what")
    list_select_related = OWNERS
    happened = stamped("occurred_at", _("happened"))
    learned = stamped("recorded_at", _("recorded"))
    ordering = ("-id",)
    sortable_by = ()
    search_fields = ("business_key",)
    search_help_text = _("Number of a member’s card, code of an account, or a business key")
    fields = (
        ("what", "moved"),
        ("from_account", "to_account"),
        ("occurred_at", "recorded_at"),
        ("business_key", "reference"),
        ("receipt", "undone"),
        "why",
    )
    readonly_fields = ("what", "moved", "from_account", "to_account", "receipt", "undone", "why")

    def seen_members(self, rows: Iterable[Transfer]) -> Iterable[int | None]:
        """Whose points moved."""
        return (side.member_id for row in rows for side in (row.debit_account, row.credit_account))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Transfer]:
        """With the owners of both accounts, whom list and page name."""
        return super().get_queryset(request).select_related(*OWNERS, "purchase", "reverses")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Transfer], search_term: str
    ) -> tuple[QuerySet[Transfer], bool]:
        """Find by member, account or business key."""
        return (queryset.filter(transfer_condition(search_term)) if search_term else queryset), False

    @admin.display(description=_("kind"))
    def what(self, transfer: Transfer) -> str:
        """Why points moved."""
        return badge(transfer.get_kind_display())

    @admin.display(description=_("points"))
    def moved(self, transfer: Transfer) -> str:
        """How many."""
        return figure(transfer.points)

    @admin.display(description=_("from"))
    def from_account(self, transfer: Transfer) -> str:
        """Who gave them."""
        return account_link(transfer.debit_account)

    @admin.display(description=_("to"))
    def to_account(self, transfer: Transfer) -> str:
        """Who got them."""
        return account_link(transfer.credit_account)

    @admin.display(description=_("purchase"))
    def receipt(self, transfer: Transfer) -> str:
        """The receipt behind it, if there is one."""
        return link(transfer.purchase) if transfer.purchase else "—"

    @admin.display(description=_("reverses"))
    def undone(self, transfer: Transfer) -> str:
        """The transfer that this one gave back."""
        return link(transfer.reverses, transfer.reverses_id) if transfer.reverses else "—"

    @admin.display(description=_("explanation"))
    def why(self, transfer: Transfer) -> str:
        """The why-trace as stored; the member's page says it in sentences."""
        return facts(transfer.explanation)
