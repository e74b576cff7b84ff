from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from members.api.serializers.fields import (
    AmountField,
    CurrencyField,
    MemberNumberField,
    MomentField,
    StrictSerializer,
    TextField,
    WholeNumberField,
    external_id_field,
    store_code_field,
)
from members.api.serializers.points import BalanceSerializer, TierSerializer, TraceSerializer
from members.api.serializers.problems import ProblemSerializer

MAX_LINES = 500
MAX_BATCH = 1_000
MAX_QUANTITY = 1_000_000


class LineSerializer(StrictSerializer):
    """One line of a receipt."""

    sku = TextField(maximum=64, default="", help_text=_("Article number. Rules may ask for it."))
    category = TextField(maximum=64, default="", help_text=_("Category of the article. Rules may ask for it."))
    quantity = WholeNumberField(minimum=1, maximum=MAX_QUANTITY, default=1, help_text=_("Pieces."))
    amount = AmountField(help_text=_("What was paid for the whole line, after discounts."))


class ReceiptSerializer(StrictSerializer):
    """What a correction replaces: everything about a purchase but its number."""

    member = MemberNumberField(help_text=_("Number of the member's card. Spaces do no harm."))
    occurred_at = MomentField(help_text=_("When it was bought, with offset; not when it is sent."))
    currency = CurrencyField(help_text=_("The programme's currency (ISO 4217)."))
    amount = AmountField(help_text=_("What was paid in all; the lines must add up to it."))
    # With many=True the arguments are the list's.
    lines = LineSerializer(many=True, default=list, max_length=MAX_LINES)  # type: ignore[call-arg]


class CorrectionSerializer(ReceiptSerializer):
    """A receipt as it should have been recorded, and why."""

    reason = TextField(maximum=200, default="", help_text=_("Why it is corrected, for the history."))


class PreviewSerializer(ReceiptSerializer):
    """A purchase that may happen."""

    store = store_code_field(help_text=_("Code of the key's store."))
    external_id = external_id_field(default="", help_text=_("Number of the receipt, if it has one already."))


class PurchaseSerializer(ReceiptSerializer):
    """A purchase as the till knows it."""

    store = store_code_field(help_text=_("Code of the key's store."))
    external_id = external_id_field(help_text=_("Number of the receipt, unique in the store."))


class BatchItemField(serializers.JSONField):
    """Anything: what is no purchase gets its own answer."""

    serializer_class = PurchaseSerializer


class BatchSerializer(StrictSerializer):
    """Purchases in any order; each is recorded or refused for itself."""

    purchases = serializers.ListField(
        child=BatchItemField(allow_null=True, help_text=_("A purchase. What is none is answered for itself.")),
        min_length=1,
        max_length=MAX_BATCH,
        error_messages={
            "not_a_list": _("Send a list of purchases."),
            "min_length": _("Send at least one purchase."),
            "max_length": _("Send at most {max_length} purchases."),
        },
    )


class RecordedSerializer(serializers.Serializer[Any]):
    """What became of a purchase and where the member stands."""

    status = serializers.ChoiceField(
        ["recorded", "known", "preview", "corrected"],
        help_text=_("“known”: recorded before with the same content; nothing was added."),
    )
    store = store_code_field()
    external_id = TextField(maximum=64, help_text=_("Number of the receipt; empty in a preview without one."))
    member = MemberNumberField()
    points = serializers.IntegerField(help_text=_("Points that the purchase earned."))
    trace = TraceSerializer(
        allow_null=True, help_text=_("Every rule considered: what it gave, or the first condition that failed.")
    )
    sentences = serializers.ListField(
        child=serializers.CharField(), help_text=_("The trace in the caller's language (Accept-Language).")
    )
    balance = BalanceSerializer()
    tier = TierSerializer()
    tier_changed = serializers.BooleanField(help_text=_("Whether this purchase lifted the member to the tier."))


class BatchResultSerializer(serializers.Serializer[Any]):
    """What became of one purchase of a batch."""

    index = serializers.IntegerField(min_value=0, help_text=_("Place in the list that was sent, from 0."))
    status = serializers.IntegerField(
        help_text=_("What the purchase would have got alone: 201 recorded, 200 known, 4xx refused.")
    )
    external_id = serializers.CharField(allow_null=True)
    points = serializers.IntegerField(required=False)
    balance = BalanceSerializer(required=False, help_text=_("As it is after the whole batch."))
    tier = TierSerializer(required=False)
    tier_changed = serializers.BooleanField(required=False)
    problem = ProblemSerializer(required=False, help_text=_("Why it was refused."))


class BatchRecordedSerializer(serializers.Serializer[Any]):
    """What became of a batch: one result a purchase, in the order in which they were sent."""

    recorded = serializers.IntegerField(min_value=0)
    known = serializers.IntegerField(min_value=0)
    refused = serializers.IntegerField(min_value=0)
    results = BatchResultSerializer(many=True)


class StoredLineSerializer(serializers.Serializer[Any]):
    """A line of a recorded purchase."""

    position = serializers.IntegerField(min_value=1)
    sku = serializers.CharField(allow_blank=True)
    category = serializers.CharField(allow_blank=True)
    quantity = serializers.IntegerField(min_value=1)
    amount = AmountField()
    returned_quantity = serializers.IntegerField(min_value=0)
    returned_amount = AmountField()


class StoredReturnSerializer(serializers.Serializer[Any]):
    """A return of a recorded purchase."""

    external_id = TextField(maximum=64)
    occurred_at = MomentField()
    amount = AmountField()
    points_taken_back = serializers.IntegerField(min_value=0)


class StoredPurchaseSerializer(serializers.Serializer[Any]):
    """A purchase as it is recorded."""

    store = store_code_field()
    external_id = TextField(maximum=64)
    member = serializers.CharField()
    occurred_at = MomentField()
    recorded_at = MomentField()
    currency = serializers.CharField()
    amount = AmountField()
    returned_amount = AmountField()
    points_earned = serializers.IntegerField(min_value=0)
    points_taken_back = serializers.IntegerField(min_value=0)
    revision = serializers.IntegerField(min_value=1, help_text=_("Above 1 once it was corrected."))
    lines = StoredLineSerializer(many=True)
    returns = StoredReturnSerializer(many=True)
    trace = TraceSerializer(allow_null=True)
    sentences = serializers.ListField(child=serializers.CharField())
