from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members import clock
from members.selectors.today import today

# The pages by what staff come for: a title, an icon, and the models in the order of their use.
SECTIONS: tuple[tuple[Promise, str, tuple[str, ...]], ...] = (
    (_("Members"), "person", ("members.Member", "members.Adjustment", "members.TierPeriod")),
    (
        _("Purchases"),
        "bag",
        ("members.Purchase", "members.ImportRun", "members.Store", "members.StoreKey"),
    ),
    (_("Programme"), "tiers", ("members.Tier", "members.EarningRule", "members.ExpiryPolicy")),
    (
        _("Ledger"),
        "points",
        ("members.Transfer", "members.Lot", "members.Draw", "members.Debt", "members.Account"),
    ),
    (
        _("Operations"),
        "clock",
        (
            "members.JobRun",
            "django_celery_beat.PeriodicTask",
            "members.DomainEvent",
            "members.WebhookEndpoint",
            "members.TextMessage",
        ),
    ),
    (
        _("Access"),
        "shield",
        ("members.AuditEntry", "members.User", "account.EmailAddress", "mfa.Authenticator", "axes.AccessAttempt"),
    ),
)
# Groups are the roles of members/roles.py; the others belong to libraries and hold nothing here.
UNUSED = frozenset({"auth.Group", "rest_framework_api_key.APIKey", "axes.AccessLog", "axes.AccessFailureLog"})

# What a library calls in English only.
TITLES = {"mfa.Authenticator": _("Second factors")}

# Reached from the form of a periodic task, and of no use by themselves.
PARTS = frozenset(f"django_celery_beat.{kind}Schedule" for kind in ("Clocked", "Crontab", "Interval", "Solar"))


class StaffSite(AdminSite):
    """The admin for staff.

    It has no sign-in form of its own: one door for everybody means that rate limits, lock-outs and second factors
    hold for staff too.
    """

    site_header = _("Regulars")
    site_title = _("Regulars")
    index_title = _("Today")
    # The pages' frame has a navigation of its own, in sections rather than apps.
    enable_nav_sidebar = False
    empty_value_display = "—"

    @method_decorator(secure_admin_login)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send visitors to the portal's sign-in page, and refuse people who are signed in but not staff."""
        return super().login(request, extra_context)

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Leave out what nobody needs to see."""
        models: list[Any] = [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        wanted = [model for model in models if model._meta.label not in UNUSED]
        super().register(wanted, admin_class, **options)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The pages that this person may open, in sections; one app's as Django lists them."""
        apps: list[Any] = super().get_app_list(request, app_label)
        if app_label:
            return apps
        pages = {page["model"]._meta.label: page for app in apps for page in app["models"]}
        for label, title in TITLES.items():
            if label in pages:
                pages[label]["name"] = title
        sections = [
            {"name": name, "icon": icon, "app_label": icon, "app_url": "", "models": found}
            for name, icon, labels in SECTIONS
            if (found := [pages.pop(label) for label in labels if label in pages])
        ]
        pages = {label: page for label, page in pages.items() if label not in PARTS}
        if pages:
            more = {"name": _("More"), "icon": "key", "app_label": "more", "app_url": ""}
            sections.append({**more, "models": list(pages.values())})
        return sections

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The start page: today's figures for everybody who has any work here."""
        figures = today(now=clock.now()) if self.get_app_list(request) else None
        return super().index(request, {"today": figures, **(extra_context or {})})
