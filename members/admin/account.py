from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from members.admin.base import ReadOnlyAdmin
from members.admin.display import account_link, figure
from members.admin.searches import account_id_of
from members.models import Account


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin[Account]):
    """Balances as the ledger keeps them. The programme's own accounts are sums and hold none here."""

    list_display = ("id", "owner", "kind", "available_figure", "pending_figure", "owed_figure", "settle_due_at")
    list_filter = ("kind",)
    list_select_related = ("member",)
    ordering = ("-id",)
    sortable_by = ()
    search_fields = ("code",)
    search_help_text = _("Number of a member’s card, or the code of a programme’s account")
    fields = (
        ("owner", "kind", "code"),
        ("available_figure", "pending_figure", "owed_figure"),
        ("settle_due_at", "first_purchase_at", "last_purchase_at"),
    )
    readonly_fields = ("owner", "available_figure", "pending_figure", "owed_figure")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Account], search_term: str
    ) -> tuple[QuerySet[Account], bool]:
        """Find by member or code."""
        return (queryset.filter(pk=account_id_of(search_term) or 0) if search_term else queryset), False

    @admin.display(description=_("owner"))
    def owner(self, account: Account) -> str:
        """Whose account it is."""
        return account_link(account)

    @admin.display(description=_("available"))
    def available_figure(self, account: Account) -> str:
        """Points that can be spent."""
        return figure(account.available)

    @admin.display(description=_("pending"))
    def pending_figure(self, account: Account) -> str:
        """Points inside the return window."""
        return figure(account.pending)

    @admin.display(description=_("owed"))
    def owed_figure(self, account: Account) -> str:
        """Points that the next credits repay."""
        return figure(account.owed)
