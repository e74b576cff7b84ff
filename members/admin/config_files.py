"""Small configuration as files: out with one click; in with a preview of every change before anything is stored."""

from typing import Any, ClassVar, TypeVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from members import clock
from members.admin.base import StaffAdmin, staff_user
from members.admin.histories import field_label
from members.exceptions import DomainError
from members.services.config_files import MAX_BYTES, RowChange, export_config, import_config, preview_config

Row = TypeVar("Row", bound=Model)


class UploadForm(forms.Form):
    """A file that was exported here and changed."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV in UTF-8. Export the list first: rows are found by their code, others are added."),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )

    def clean_file(self) -> str:
        """The text of the file."""
        file = self.cleaned_data["file"]
        try:
            return str(file.read(MAX_BYTES + 1).decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise forms.ValidationError(_("This file is not in UTF-8.")) from None


class ConfigFileAdmin(StaffAdmin[Row]):
    """Adds an export to a list, and an import where ``takes_files``."""

    config_kind: ClassVar[str]
    takes_files: ClassVar[bool] = True
    change_list_template = "admin/members/config/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        """Django's addresses, and those of the files."""
        view, name = self.admin_site.admin_view, f"members_{self.opts.model_name}"
        own = [path("export/", view(self.export_view), name=f"{name}_export")]
        if self.takes_files:
            own.append(path("import/", view(self.import_view), name=f"{name}_import"))
        return [*own, *super().get_urls()]

    def may_import(self, request: HttpRequest) -> bool:
        """Whoever may add and change each by hand."""
        return self.takes_files and self.has_add_permission(request) and self.has_change_permission(request)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """With the files' buttons."""
        name = f"admin:members_{self.opts.model_name}"
        buttons = {
            "export_url": reverse(f"{name}_export"),
            "import_url": reverse(f"{name}_import") if self.may_import(request) else "",
        }
        return super().changelist_view(request, {**buttons, **(extra_context or {})})

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """The file. Sent, not asked for by a link, since it leaves an audit entry."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseRedirect(reverse(f"admin:members_{self.opts.model_name}_changelist"))
        text = export_config(kind=self.config_kind, actor=staff_user(request), now=clock.now())
        name = f"{self.config_kind}s-{clock.local_date(clock.now()).isoformat()}.csv"
        answer = HttpResponse(text, content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Take a file, show what it changes, and store it when that is confirmed."""
        if not self.may_import(request):
            raise PermissionDenied
        rows, text = None, request.POST.get("text", "")
        form = UploadForm(request.POST or None, request.FILES or None, label_suffix="")
        try:
            if "confirm" in request.POST:
                return self._import(request, text)
            if request.method == "POST" and form.is_valid():
                text = form.cleaned_data["file"]
                rows = preview_config(kind=self.config_kind, text=text)
        except DomainError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(request.path)
        return self._file_page(request, form, rows, text)

    def _import(self, request: HttpRequest, text: str) -> HttpResponse:
        rows = import_config(kind=self.config_kind, text=text, actor=staff_user(request), now=clock.now())
        changed = sum(1 for row in rows if row.changes)
        said = ngettext("%(count)s row was stored.", "%(count)s rows were stored.", changed)
        messages.success(request, said % {"count": changed})
        return HttpResponseRedirect(reverse(f"admin:members_{self.opts.model_name}_changelist"))

    def _file_page(
        self, request: HttpRequest, form: UploadForm, rows: list[RowChange] | None, text: str
    ) -> HttpResponse:
        labels = {field.name: field_label(field) for field in self.opts.fields}
        shown = [
            (row, [(labels.get(field, field), old, new) for field, old, new in row.changes])
            for row in rows or []
            if row.changes or row.problems
        ]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Import a file"),
            "form": form,
            "text": text,
            "is_preview": rows is not None,
            "rows": shown,
            "unchanged": len(rows or []) - len(shown),
            "has_problems": any(row.problems for row in rows or []),
            "back": reverse(f"admin:members_{self.opts.model_name}_changelist"),
        }
        return TemplateResponse(request, "admin/members/config/import.html", context)
