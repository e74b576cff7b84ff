"""A member's phone and email, changed at the service desk."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members import clock
from members.admin.steps import Answers, ReasonForm, Step, is_live
from members.models import Member, User
from members.services.contacts import FIELDS, change_contacts, checked_contacts


class ContactsForm(ReasonForm):
    """By what tills and colleagues find the member."""

    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Empty: the card has none. From abroad with the country code, such as +886912345678."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    email = forms.CharField(
        label=gettext_lazy("Email"),
        max_length=254,
        required=False,
        help_text=gettext_lazy("Empty: the card has none."),
        widget=forms.TextInput(attrs={"inputmode": "email", "autocomplete": "off"}),
    )
    field_order = ("phone", "email", "reason")


def present(member: Member) -> dict[str, Any]:
    """What the form begins with."""
    return {field: getattr(member, field) or "" for field in FIELDS}


def contacts_effects(member: Member, answers: Answers, actor: User) -> list[str]:
    """What changes from what to what, and what does not."""
    wanted = checked_contacts(member=member, phone=answers["phone"], email=answers["email"])
    labels = {field: ContactsForm.base_fields[field].label for field in FIELDS}
    change = _("%(field)s: %(old)s → %(new)s")
    changed = [
        change % {"field": labels[field], "old": getattr(member, field) or "—", "new": wanted[field] or "—"}
        for field in FIELDS
        if wanted[field] != getattr(member, field)
    ]
    if not changed:
        return [_("Nothing changes.")]
    sentences = [*changed, _("Tills find the card by the new one from now on.")]
    if member.user_id and wanted["email"] != member.email:
        sentences.append(
            _("Signing in still takes the address that the member proved; they change that one themselves.")
        )
    return sentences


def mend_contacts(member: Member, answers: Answers, actor: User) -> str:
    """Store it."""
    change_contacts(member_id=member.pk, actor=actor, now=clock.now(), **answers)
    return _("Phone and email are changed.")


CONTACT_STEPS: tuple[Step, ...] = (
    Step(
        name="contacts",
        title=gettext_lazy("Change phone or email"),
        button=gettext_lazy("Change contacts"),
        permission="members.change_member",
        form=ContactsForm,
        effects=contacts_effects,
        run=mend_contacts,
        applies=is_live,
        initial=present,
    ),
)
