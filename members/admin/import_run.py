from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from members import clock
from members.admin.base import ReadOnlyAdmin, staff_user
from members.admin.display import figure, stamped, state
from members.admin.forms import ImportForm
from members.exceptions import DomainError
from members.models import ImportRun, ImportStatus
from members.services.import_runs import create_import

ONGOING = (ImportStatus.WAITING, ImportStatus.RUNNING)


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin[ImportRun]):
    """Files on their way in. The upload ends at once; the page of the run shows how far it is, and can be left."""

    list_display = ("file_name", "kind", "store", "status_badge", "read", "recorded", "known", "rejected", "sent_in")
    list_filter = ("status", "kind")
    list_select_related = ("store",)
    sent_in = stamped("created_at", _("uploaded"))
    ordering = ("-id",)
    sortable_by = ()
    search_fields = ("file_name",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Who may send a file in."""
        return request.user.has_perm("members.add_importrun")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> Any:
        """Take a file, and go to the page that shows its progress."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ImportForm(request.POST or None, request.FILES or None, label_suffix="")
        if request.method == "POST" and form.is_valid():
            try:
                return self._start(request, form)
            except DomainError as error:
                form.add_error("file", str(error))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Import a file"),
            "form": form,
        }
        return TemplateResponse(request, "admin/members/importrun/upload.html", context)

    def _start(self, request: HttpRequest, form: ImportForm) -> HttpResponse:
        answers = form.cleaned_data
        run = create_import(
            kind=answers["kind"],
            store_id=answers["store"].pk if answers["store"] else None,
            file=answers["file"],
            column_map=answers["columns"],
            enrol=answers["enrol"],
            dry_run=answers["dry_run"],
            user=staff_user(request),
            now=clock.now(),
        )
        messages.success(request, _("The file is here. You can leave this page; the import goes on."))
        return HttpResponseRedirect(reverse("admin:members_importrun_change", args=[run.pk]))

    def get_urls(self) -> list[URLPattern]:
        """Django's addresses, and the rejected rows."""
        rejects = self.admin_site.admin_view(self.rejects_view)
        return [path("<int:run_id>/rejects/", rejects, name="members_importrun_rejects"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """How far the import is; the page renews itself until it is done, by htmx or without any script."""
        run = self.get_object(request, object_id)
        if run is None:
            raise Http404
        if not self.has_view_permission(request, run):
            raise PermissionDenied
        context = {
            "opts": self.opts,
            "title": run.file_name,
            "run": run,
            "percent": min(100, round(100 * run.bytes_read / run.bytes_total)) if run.bytes_total else 0,
            "is_ongoing": run.status in ONGOING,
        }
        if request.headers.get("HX-Request"):
            return TemplateResponse(request, "admin/members/importrun/progress.html", context)
        context = {**self.admin_site.each_context(request), **context}
        return TemplateResponse(request, "admin/members/importrun/page.html", context)

    def rejects_view(self, request: HttpRequest, run_id: int) -> FileResponse:
        """The rejected rows with their reasons, to be mended and imported again."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        run = get_object_or_404(ImportRun, pk=run_id)
        if not run.rejects or not run.rejects.storage.exists(run.rejects.name or ""):
            raise Http404
        return FileResponse(run.rejects.open(), as_attachment=True, filename="rejects.csv")

    @admin.display(description=_("status"))
    def status_badge(self, run: ImportRun) -> str:
        """Where it stands."""
        return state(run)

    @admin.display(description=_("rows"))
    def read(self, run: ImportRun) -> str:
        """How many rows were read."""
        return figure(run.rows)
