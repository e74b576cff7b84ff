"""The list of members as a file: what it holds is said before, and who took it is written down."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from members import clock
from members.admin.base import StaffAdmin, staff_user
from members.models import Member
from members.selectors import member_lists
from members.services.audits import record_audit
from members.spreadsheets import csv_lines, xlsx_file

EXPORT = "members.export_member"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ExportForm(forms.Form):
    """Which kind of file, and what for."""

    format = forms.ChoiceField(
        label=gettext_lazy("File"),
        choices=[("xlsx", gettext_lazy("Excel (XLSX)")), ("csv", gettext_lazy("CSV, UTF-8"))],
        widget=forms.RadioSelect,
        initial="xlsx",
    )
    purpose = forms.CharField(
        label=gettext_lazy("What for"),
        max_length=200,
        help_text=gettext_lazy("Kept in the audit log with your name."),
    )


def export_view(page: StaffAdmin[Member], request: HttpRequest) -> HttpResponseBase:
    """Say how many and what, then send them; the filters of the list it was opened from hold."""
    if not request.user.has_perm(EXPORT) or not page.has_view_permission(request):
        raise PermissionDenied
    members = page.get_changelist_instance(request).get_queryset(request)
    count = members.count()
    form = ExportForm(request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        record_audit(
            actor=staff_user(request),
            action="members.exported",
            details={"members": count, **form.cleaned_data, "filters": _filters(request)},
            now=clock.now(),
        )
        return _file(form.cleaned_data["format"], members)
    text = ngettext("%(count)s member", "%(count)s members", count)
    context = {
        **page.admin_site.each_context(request),
        "opts": page.opts,
        "title": _("Export members"),
        "form": form,
        "counted": text % {"count": number_format(count, force_grouping=True)},
        "columns": member_lists.header(),
        "filters": _filters(request),
        "back": f"{reverse('admin:members_member_changelist')}?{request.GET.urlencode()}",
    }
    return TemplateResponse(request, "admin/members/member/export.html", context)


def _filters(request: HttpRequest) -> Mapping[str, Any]:
    return {name: value for name, value in request.GET.items() if name not in {"p", "o", "all", "e"} and value}


def _file(kind: str, members: Any) -> HttpResponseBase:
    name = f"members-{clock.local_date(clock.now()).isoformat()}.{kind}"
    header, rows = member_lists.header(), member_lists.rows(members)
    if kind == "xlsx":
        return FileResponse(xlsx_file(header, rows), as_attachment=True, filename=name, content_type=XLSX_TYPE)
    answer = StreamingHttpResponse(csv_lines(header, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
