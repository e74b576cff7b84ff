"""What all pages of the admin share: bounded lists, an audit entry for each change, rows that nobody may edit."""

from functools import cached_property
from typing import Any, TypeVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst

from members import clock
from members.admin.generic import ModelAdmin, ModelForm, Paginator, TabularInline
from members.models import User
from members.services.audits import record_audit

Row = TypeVar("Row", bound=Model)


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

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """A list is called what it lists."""
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

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
