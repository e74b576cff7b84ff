"""The demo's inboxes: filled by the real relay, and read as people do, all but the latest."""

from datetime import datetime, timedelta

from django.db.models import Max

from members.models import Notification
from members.services.notifications import mark_all_read
from members.services.relays import relay_events

# What happened since is still unread.
UNREAD = timedelta(days=10)
# Far more than it takes; the demo is filled whole or not at all.
SECONDS = 600


def fill_inboxes(*, until: datetime) -> None:
    """Have everybody told what happened to them lately, and let them have read the older half."""
    relay_events(now=until, seconds=SECONDS)
    older = Notification.objects.filter(created_at__lt=until - UNREAD)
    for member_id, up_to in older.values_list("member_id").annotate(Max("pk")).order_by("member_id"):
        mark_all_read(member_id=member_id, up_to=up_to, now=until)
