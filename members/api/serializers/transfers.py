from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from members.api.serializers.fields import MomentField, StrictSerializer, TextField
from members.api.serializers.points import TraceSerializer
from members.models import TransferKind

PAGE_SIZE = 25
MAX_PAGE_SIZE = 100


class TransfersQuerySerializer(StrictSerializer):
    """Which page of transfers."""

    cursor = TextField(
        maximum=36,
        minimum=4,
        pattern=r"^[ab][0-9]{1,16}\.[0-9]{1,18}$",
        form=_("Send a cursor as it came."),
        required=False,
        help_text=_("From “next” or “previous” of another page; opaque."),
    )
    page_size = TextField(
        maximum=3,
        minimum=1,
        required=False,
        pattern=r"^(100|[1-9][0-9]?)$",
        form=_("Send a whole number from 1 to 100."),
        help_text=_("Transfers a page, 1 to 100; 25 if left out."),
    )


class TransferSerializer(serializers.Serializer[Any]):
    """Points that came or went."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(TransferKind.values)
    points = serializers.IntegerField(help_text=_("Positive: the member got them. Negative: they went."))
    occurred_at = MomentField(help_text=_("When it happened."))
    recorded_at = MomentField(help_text=_("When the programme learned of it."))
    reference = serializers.CharField(allow_blank=True)
    store = serializers.CharField(allow_null=True, help_text=_("Code of the purchase's store."))
    purchase = serializers.CharField(allow_null=True, help_text=_("Receipt number of the purchase, if it was one."))
    trace = TraceSerializer(allow_null=True, help_text=_("For points earned: every rule considered."))
    sentences = serializers.ListField(
        child=serializers.CharField(), help_text=_("Why, in the caller's language (Accept-Language).")
    )


class TransfersSerializer(serializers.Serializer[Any]):
    """A page of transfers, newest first."""

    next = serializers.URLField(allow_null=True, help_text=_("Older ones."))
    previous = serializers.URLField(allow_null=True, help_text=_("Newer ones."))
    results = TransferSerializer(many=True)
