"""The inbox: what a member was told, and marking it as read."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from members import clock
from members.models import Member, Notification, NotificationKind
from members.selectors import notifications as inbox
from members.services import notifications as services
from members.views.access import member_page, rulebook_for
from members.views.entries import entries

PAGE_SIZE = 20
ICONS = {
    NotificationKind.PURCHASE: "bag",
    NotificationKind.BONUS: "spark",
    NotificationKind.RETURN: "return",
    NotificationKind.GIFT_RECEIVED: "gift",
    NotificationKind.GIFT_GIVEN: "gift",
    NotificationKind.ADJUSTMENT: "adjust",
    NotificationKind.TIER_UP: "tiers",
    NotificationKind.TIER_DOWN: "tiers",
    NotificationKind.EXPIRING: "clock",
    NotificationKind.EXPIRED: "hourglass",
}
TIERS = (NotificationKind.TIER_UP, NotificationKind.TIER_DOWN)


@require_safe
@member_page
def show(request: HttpRequest, member: Member) -> HttpResponse:
    """A page of the inbox, newest first."""
    return render(request, "members/inbox.html", _context(member, request.GET.get("page")))


@require_safe
@member_page
def notification(request: HttpRequest, member: Member, notification_id: int) -> HttpResponse:
    """One notification with the points entries behind it, each with its why; reading it changes nothing."""
    found = get_object_or_404(Notification, member=member, pk=notification_id)
    rulebook = rulebook_for(member)
    [line] = inbox.lines([found], rulebook=rulebook, today=timezone.localdate())
    context = {
        "line": line,
        "icon": ICONS[NotificationKind(found.kind)],
        "entries": entries(inbox.entries_behind(found, member.account), rulebook=rulebook),
    }
    return render(request, "members/inbox_notification.html", context)


@require_POST
@member_page
def open_one(request: HttpRequest, member: Member, notification_id: int) -> HttpResponse:
    """Mark a notification as read, and go to what it tells of."""
    return HttpResponseRedirect(_target(_mark(member, notification_id)))


@require_POST
@member_page
def read_one(request: HttpRequest, member: Member, notification_id: int) -> HttpResponse:
    """Mark a notification as read, and stay."""
    _mark(member, notification_id)
    return _inbox_after(request, member)


@require_POST
@member_page
def read_all(request: HttpRequest, member: Member) -> HttpResponse:
    """Mark as read what the page showed to be there; what came later stays unread."""
    up_to = request.POST.get("up_to", "")
    if up_to.isdecimal() and len(up_to) < len(str(2**63)):
        services.mark_all_read(member_id=member.pk, up_to=int(up_to), now=clock.now())
    return _inbox_after(request, member)


def _mark(member: Member, notification_id: int) -> Notification:
    try:
        return services.mark_read(member_id=member.pk, notification_id=notification_id, now=clock.now())
    except Notification.DoesNotExist as error:
        raise Http404 from error


def _target(notification: Notification) -> str:
    if notification.kind in TIERS:
        return reverse("members:tiers")
    if notification.kind == NotificationKind.EXPIRING:
        return f"{reverse('members:points')}#upcoming"
    return reverse("members:inbox_notification", args=[notification.pk])


def _inbox_after(request: HttpRequest, member: Member) -> HttpResponse:
    """The list for a script that asks for it; for everybody else the way back to the page they were on."""
    page = request.POST.get("page", "")
    if request.headers.get("HX-Request"):
        # The badge was counted with the member, before the change.
        member.unread_notifications = inbox.unread_count(member.pk)  # type: ignore[attr-defined]
        return render(request, "members/inbox_list.html", {**_context(member, page), "is_fragment": True})
    query = f"?page={page}" if page.isdecimal() and page != "1" else ""
    return HttpResponseRedirect(reverse("members:inbox") + query)


def _context(member: Member, number: str | None) -> dict[str, object]:
    # Before the list, so that it is never newer than what is shown.
    up_to = inbox.newest_id(member.pk)
    page = Paginator(inbox.for_member(member.pk), PAGE_SIZE).get_page(number)
    lines = inbox.lines(page.object_list, rulebook=rulebook_for(member), today=timezone.localdate())
    return {
        "member": member,
        "page": page,
        "lines": [(line, ICONS[NotificationKind(line.kind)]) for line in lines],
        "up_to": up_to,
    }
