from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from members.api.serializers.fields import (
    AmountField,
    MomentField,
    StrictSerializer,
    WholeNumberField,
    external_id_field,
    store_code_field,
)
from members.api.serializers.points import BalanceSerializer, TierSerializer
from members.api.serializers.purchases import MAX_LINES, MAX_QUANTITY


class ReturnedLineSerializer(StrictSerializer):
    """What came back of a line: pieces, an amount, or all that is left of it."""

    position = WholeNumberField(minimum=1, maximum=MAX_LINES, help_text=_("Place of the line on the receipt, from 1."))
    quantity = WholeNumberField(
        minimum=1, maximum=MAX_QUANTITY, required=False, help_text=_("Pieces; the amount follows from the line.")
    )
    amount = AmountField(required=False, help_text=_("Amount paid back, where pieces do not say it."))


class ReturnSerializer(StrictSerializer):
    """Goods brought back: by lines, by amount, or both, where more was paid back than the lines' prices."""

    external_id = external_id_field(help_text=_("Number of the return, unique for the purchase."))
    occurred_at = MomentField(help_text=_("When it was brought back, with offset."))
    amount = AmountField(required=False, help_text=_("What was paid back."))
    # With many=True the arguments are the list's.
    lines = ReturnedLineSerializer(many=True, required=False, max_length=MAX_LINES)  # type: ignore[call-arg]


class ReturnedSerializer(serializers.Serializer[Any]):
    """What became of a return and where the member stands."""

    status = serializers.ChoiceField(
        ["recorded", "known"], help_text=_("“known”: recorded before with the same content; nothing was taken again.")
    )
    store = store_code_field()
    purchase = external_id_field(help_text=_("Number of the receipt."))
    external_id = external_id_field()
    amount = AmountField(help_text=_("What was returned with this return."))
    points_taken_back = serializers.IntegerField(min_value=0)
    balance = BalanceSerializer()
    tier = TierSerializer()
