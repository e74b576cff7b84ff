"""What all pages of the admin share: bounded lists, an audit entry for each change, rows that nobody may edit."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any, TypeVar

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.forms import Media
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from members import clock
from members.admin.generic import ModelAdmin, ModelForm, Paginator, TabularInline
from members.admin.histories import has_history, history_of
from members.models import User
from members.services.audits import record_audit, record_looks

Row = TypeVar("Row", bound=Model)
MAKE_SLUGS = ("urlify.js", "prepopulate.js", "xregexp.js", "xregexp.min.js")


def staff_user(request: HttpRequest) -> User:
    """The person on the staff behind a request; admin pages let nobody else in."""
    assert isinstance(request.user, User)  # noqa: S101 - tells the type checker what the site has checked
    return request.user


class BoundedPaginator(Paginator[Any]):
    """Counts to 10,000 and no further: a list of millions opens as fast as one of hundreds.

    Nobody turns ten thousand rows over; whoever gets that far needs the search.
    """

    LIMIT = 10_000

    @cached_property
    def count(self) -> int:
        """The number of rows, or LIMIT when there are more."""
        rows = self.object_list
        if isinstance(rows, QuerySet):
            return min(rows.order_by()[: self.LIMIT + 1].count(), self.LIMIT)
        return len(rows)

    @cached_property
    def is_bounded(self) -> bool:
        """Whether there may be rows that the pages do not reach."""
        return self.count >= self.LIMIT


class StaffForm(ModelForm[Row]):
    """A form whose labels stand above their fields, and so end without a colon."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


class StaffAdmin(ModelAdmin[Row]):
    """A list and a form whose every save leaves an audit entry."""

    form: Any = StaffForm

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # each count would be a query over the whole table
    list_per_page = 50
    list_max_show_all = 200
    save_on_top = False

    @property
    def media(self) -> Media:
        """Django's scripts without those that make slugs out of names: no form here does, and they weigh 50 kB."""
        return Media(js=[path for path in super().media._js if not path.endswith(MAKE_SLUGS)])  # type: ignore[attr-defined]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """A list is called what it lists; who sees members in it is written down."""
        title = capfirst(self.opts.verbose_name_plural)
        page = super().changelist_view(request, {"title": title, **(extra_context or {})})
        shown = (getattr(page, "context_data", None) or {}).get("cl")
        if shown is not None and request.method == "GET":
            self.note_looks(request, shown.result_list, search=shown.query)
        return page

    def seen_members(self, rows: Iterable[Row]) -> Iterable[int | None]:
        """Whose data these rows show; nothing where a list is not about people."""
        return ()

    def note_looks(self, request: HttpRequest, rows: Iterable[Row], *, search: str = "") -> None:
        """Write down who saw which members, in which list, and what they had searched for."""
        details = {"list": str(self.opts.model_name), **({"search": search[:60]} if search else {})}
        member_ids = dict.fromkeys(member_id for member_id in self.seen_members(rows) if member_id)
        record_looks(
            actor=staff_user(request), action="member.listed", member_ids=member_ids, details=details, now=clock.now()
        )

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """The page of a row leads to its history; who sees a member on it is written down."""
        row = kwargs.get("obj")
        if row is not None and request.method == "GET":
            self.note_looks(request, [row])
        context["has_history"] = has_history(self.model)
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Who changed what, when, from what to what; Django's own log of edits where no versions are kept."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not has_history(self.model):
            return super().history_view(request, object_id, extra_context)
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        self.note_history(request, row)
        names = (self.opts.app_label, self.opts.model_name)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("History"),
            "row": row,
            "events": history_of(row),
            "list_url": reverse("admin:{}_{}_changelist".format(*names)),
            "row_url": reverse("admin:{}_{}_change".format(*names), args=[row.pk]),
        }
        return TemplateResponse(request, "admin/members/history.html", context)

    def note_history(self, request: HttpRequest, row: Row) -> None:
        """Nothing to write down where the history is not about a person."""

    def log_addition(self, request: HttpRequest, obj: Row, message: Any) -> Any:
        """Write down who added what."""
        self.audit(request, f"{self.opts.model_name}.added", obj, message)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Row, message: Any) -> Any:
        """Write down who changed which fields."""
        self.audit(request, f"{self.opts.model_name}.changed", obj, message)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Row]) -> Any:
        """Write down who deleted what."""
        for row in queryset:
            self.audit(request, f"{self.opts.model_name}.deleted", row, [])
        return super().log_deletions(request, queryset)

    def audit(self, request: HttpRequest, action: str, row: Row, message: Any) -> None:
        """Leave an audit entry: the row and the names of the changed fields, not what they held."""
        changed = [entry.get("changed", {}).get("fields", []) for entry in message if isinstance(entry, dict)]
        fields = sorted({str(name) for names in changed for name in names})
        record_audit(
            actor=staff_user(request),
            action=action,
            details={"row": row.pk, "name": str(row), **({"fields": fields} if fields else {})},
            now=clock.now(),
        )


class ReadOnlyAdmin(StaffAdmin[Row]):
    """Rows made by services alone: everybody may only look, the superuser too."""

    actions: Any = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds rows by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        """Nobody changes rows by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        """Nobody deletes rows by hand."""
        return False


Parent = TypeVar("Parent", bound=Model)


class ReadOnlyInline(TabularInline[Row, Parent]):
    """Rows that belong to the page's, to look at."""

    extra = 0
    can_delete = False
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody adds rows by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody changes rows by hand."""
        return False
