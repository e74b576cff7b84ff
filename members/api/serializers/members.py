from typing import Any

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from members.api.serializers.fields import MomentField, StrictSerializer, TextField, WholeNumberField
from members.api.serializers.points import TierSerializer
from members.models import MemberStatus

PHONE = r"^[+0-9()./ -]{3,40}$"
EMAIL = r"^[^@\u0000-\u0020\u007f]+@[^@\u0000-\u0020\u007f]+$"


def phone_field(**kwargs: Any) -> TextField:
    """A phone number in any usual spelling."""
    return TextField(minimum=3, maximum=40, pattern=PHONE, form=_("Send digits, such as +8613800138000."), **kwargs)


def email_field(**kwargs: Any) -> TextField:
    """An email address."""
    form = _("Send an address such as name@example.com.")
    return TextField(minimum=3, maximum=254, pattern=EMAIL, form=form, **kwargs)


class LanguageField(TextField):
    """A language of the programme."""

    def __init__(self, **kwargs: Any) -> None:
        self.codes = [code for code, _name in settings.LANGUAGES]
        form = format_lazy(_("Send one of the programme's languages: {codes}."), codes=", ".join(self.codes))
        super().__init__(maximum=10, pattern=f"^({'|'.join(self.codes)})$", form=form, **kwargs)


class BirthdaySerializer(StrictSerializer):
    """A birthday; the year only for those who tell it."""

    month = WholeNumberField(minimum=1, maximum=12)
    day = WholeNumberField(minimum=1, maximum=31)
    year = WholeNumberField(minimum=1900, maximum=2200, required=False)


class EnrolmentSerializer(StrictSerializer):
    """Somebody who joins at a till or in a web shop: at least a phone or an email."""

    phone = phone_field(
        required=False, help_text=_("With country code; without one it is taken for one of the programme's country.")
    )
    email = email_field(required=False)
    name = TextField(maximum=150, default="")
    language = LanguageField(required=False, help_text=_("In which the member is written to."))
    birthday = BirthdaySerializer(required=False)


class LookupSerializer(StrictSerializer):
    """What a member is looked up by: one of them."""

    phone = phone_field(required=False, help_text=_("Phone number, in any usual spelling. Send the + as %2B."))
    email = email_field(required=False, help_text=_("Email address."))


class MemberSerializer(serializers.Serializer[Any]):
    """A member as a till needs to know them; phone and email are masked."""

    number = serializers.CharField(
        help_text=_("Number of the card that is in use, also where a merged card was asked for.")
    )
    status = serializers.ChoiceField(
        MemberStatus.values, help_text=_("“active” and “frozen” earn; “frozen” cannot spend; the others do neither.")
    )
    name = serializers.CharField(allow_blank=True)
    phone = serializers.CharField(allow_null=True, help_text=_("Masked: its last four digits."))
    email = serializers.CharField(allow_null=True, help_text=_("Masked: first letter and domain."))
    language = serializers.CharField()
    tier = TierSerializer()
    enrolled_at = MomentField()
    enrolled_store = serializers.CharField(allow_null=True, help_text=_("Code of the store of enrolment."))


class FoundMembersSerializer(serializers.Serializer[Any]):
    """Who was found: one member or none."""

    results = MemberSerializer(many=True)
