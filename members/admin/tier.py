from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from members.admin.base import ReadOnlyAdmin
from members.admin.config_files import ConfigFileAdmin
from members.admin.display import figure, member_link, money, stamped, tier_badge
from members.admin.forms import TierForm
from members.admin.searches import member_id_of
from members.admin.translations import translated
from members.models import Tier, TierMeasure, TierPeriod, TierWindow
from members.money import display_amount

REACHED = (("measure", "threshold"), ("window", "window_months"), "is_invitation_only")


@admin.register(Tier)
class TierAdmin(ConfigFileAdmin[Tier]):
    """The programme's levels. A change holds from the next purchase and the next review on."""

    config_kind = "tier"
    form = TierForm
    list_display = ("badge", "rank", "reached_at", "counted_over", "downgrade", "factor", "is_invitation_only")
    list_display_links = ("badge",)
    ordering = ("rank",)
    sortable_by = ()
    fieldsets = (
        (None, {"fields": (("code", "rank", "colour"),)}),
        (_("Name in each language"), {"fields": (translated("name"),)}),
        (
            _("How it is reached"),
            {"fields": (("measure", "threshold"), ("window", "window_months"), "is_invitation_only")},
        ),
        (_("How it is kept"), {"fields": (("downgrade", "grace_days"),)}),
        (_("What it gives"), {"fields": ("multiplier_percent", translated("benefits"))}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Tier | None = None) -> bool:
        """Members' histories point at their tiers."""
        return False

    @admin.display(description=_("tier"))
    def badge(self, tier: Tier) -> str:
        """Its name in its colour."""
        return tier_badge(tier)

    @admin.display(description=_("threshold"))
    def reached_at(self, tier: Tier) -> str:
        """What it takes, in its own unit."""
        if tier.measure == TierMeasure.SPEND:
            return money(display_amount(tier.threshold))
        return figure(tier.threshold)

    @admin.display(description=_("window"))
    def counted_over(self, tier: Tier) -> str:
        """What counts, and over which time."""
        window: Any = tier.get_window_display()
        if tier.window == TierWindow.ROLLING:
            window = _("%(months)s months") % {"months": tier.window_months}
        return f"{tier.get_measure_display()} · {window}"

    @admin.display(description=_("points times"))
    def factor(self, tier: Tier) -> str:
        """The earning multiplier."""
        return f"×{tier.multiplier_percent / 100:g}"


@admin.register(TierPeriod)
class TierPeriodAdmin(ReadOnlyAdmin[TierPeriod]):
    """Who was in which tier, from when to when, and why."""

    list_display = ("owner", "badge", "began", "start_reason", "over", "end_reason", "held_until_date")
    # The owner leads to the member already; a link in a link is two, of which one is empty.
    list_display_links = ("badge",)
    list_filter = ("tier", "is_manual")
    list_select_related = ("member", "tier")
    began = stamped("started_at", _("began"))
    over = stamped("ended_at", _("ended"))
    ordering = ("-id",)
    sortable_by = ()
    search_fields = ("member",)
    search_help_text = _("Number of a member’s card")
    fields = (
        ("owner", "badge"),
        ("started_at", "start_reason"),
        ("ended_at", "end_reason"),
        ("held_until_date", "is_manual"),
        "note",
    )
    readonly_fields = ("owner", "badge")

    def seen_members(self, rows: Iterable[TierPeriod]) -> Iterable[int | None]:
        """Whose tier."""
        return (row.member_id for row in rows)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Find by member."""
        return (queryset.filter(member_id=member_id_of(search_term) or 0) if search_term else queryset), False

    @admin.display(description=_("member"))
    def owner(self, period: TierPeriod) -> str:
        """Whose time it was."""
        return member_link(period.member)

    @admin.display(description=_("tier"))
    def badge(self, period: TierPeriod) -> str:
        """Which tier."""
        return tier_badge(period.tier)
