"""Something that exists for each place in an address, so that every route can be asked for."""

from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType

from members import clock
from members.models import EarningRule, EarningRuleVersion, Member, Notification, NotificationKind, Purchase, Store
from tests.admin.staff_scenes import one_of_each


def something_of_each() -> dict[str, Any]:
    """What Route.path takes: rows by the name of their place, whole addresses by the name of their route."""
    rows = one_of_each()
    member, store = Member.objects.get(pk=rows["member"]), Store.objects.get(pk=rows["store"])
    found: dict[str, Any] = {
        "member": member,
        "the store": store,
        "number": member.number,
        "store": store.code,
        "external_id": Purchase.objects.order_by("pk")[0].external_id,
        "code": "busy",
        "language": "en",
        "icon_name": "app-192",
        "key": "6f1c0f64-6a0e-4f5e-9d5e-5b8f3f0f2a11",
        "member_id": member.pk,
        "rule_id": EarningRule.objects.get().pk,
        "version_id": EarningRuleVersion.objects.get().pk,
        "notification_id": Notification.objects.create(
            member=member, kind=NotificationKind.BONUS, payload={"points": 5}, created_at=clock.now()
        ).pk,
        "run_id": rows["importrun"],
        # A bulk step opens to whoever began it: here nobody has.
        "step_id": 1,
        "content_type_id": ContentType.objects.get_for_model(Store).pk,
        **dict.fromkeys(("pk", "object_id", "id"), 1),
        "account_reset_password_from_key": "/accounts/password/reset/key/1-set-password/",
        "admin:app_list": "/admin/members/",
        "admin/(?P<url>.*)$": "/admin/no/such/page/",
        "api:nothing": "/api/no/such/address/",
    }
    for model in apps.get_models():
        first = model._default_manager.order_by("pk").first()
        found[model._meta.label_lower] = first.pk if first else 1
    return found
