from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from members import clock
from members.models import Member
from members.selectors import points, transfers
from members.selectors.receipt_lines import receipt_lines
from members.views.access import member_page, rulebook_for
from members.views.entries import entries
from members.views.expiries import together
from members.views.fragments import page_or_fragment, wants_fragment
from members.views.history import filters

PAGE_SIZE = 20


@require_safe
@member_page
def history(request: HttpRequest, member: Member) -> HttpResponse:
    """Every transfer of the member, with why; only the list when a script asks for that."""
    now = clock.now()
    chosen = filters(request.GET, since=member.enrolled_at, now=now)
    found = chosen.apply(transfers.for_account(member.account), now)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    bought = receipt_lines(transfer.purchase_id for transfer in shown if transfer.purchase_id)
    lines = entries(shown, rulebook=rulebook_for(member), lines=bought)
    context = {"member": member, "filters": chosen, "page": page, "entries": together(lines)}
    if not wants_fragment(request):
        summary = points.summary(member.account, now)
        context |= {"points": summary, "calendar": summary.calendar()}
    return page_or_fragment(request, "members/points.html", "members/_points_results.html", context)
