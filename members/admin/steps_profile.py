"""What members say about themselves, mended for them at the service desk."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members import clock
from members.admin.steps import Answers, Step, is_live
from members.birthdays import validate_birthday
from members.models import Member, User
from members.services.profiles import FIELDS, update_profile


class ProfileForm(forms.Form):
    """How a member is greeted, when, and in which language."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=150, required=False)
    birth_month = forms.IntegerField(label=gettext_lazy("Birth month"), min_value=1, max_value=12, required=False)
    birth_day = forms.IntegerField(label=gettext_lazy("Birth day"), min_value=1, max_value=31, required=False)
    birth_year = forms.IntegerField(label=gettext_lazy("Birth year"), min_value=1900, max_value=2100, required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    time_zone = forms.CharField(
        label=gettext_lazy("Time zone"),
        max_length=64,
        required=False,
        help_text=gettext_lazy("Such as Asia/Taipei; empty: the programme’s."),
    )


def present(member: Member) -> dict[str, Any]:
    """What the form begins with."""
    return {field: getattr(member, field) for field in FIELDS}


def profile_effects(member: Member, answers: Answers, actor: User) -> list[str]:
    """What changes from what to what."""
    month, on, year = answers["birth_month"], answers["birth_day"], answers["birth_year"]
    validate_birthday(month=month, day=on, year=year, today=clock.local_date(clock.now()))
    change = _("%(field)s: %(old)s → %(new)s")
    fields, languages = ProfileForm.base_fields, dict(settings.LANGUAGES)

    def words(value: Any) -> Any:
        return languages.get(value, value) or "—"

    changed = [
        change % {"field": fields[name].label, "old": words(old), "new": words(answers[name])}
        for name, old in present(member).items()
        if (answers[name] or None) != (old or None)
    ]
    return changed or [_("Nothing changes.")]


def mend_profile(member: Member, answers: Answers, actor: User) -> str:
    """Store it."""
    update_profile(member_id=member.pk, actor=actor, now=clock.now(), **answers)
    return _("The profile is changed.")


PROFILE_STEPS: tuple[Step, ...] = (
    Step(
        name="profile",
        title=gettext_lazy("Edit the profile"),
        button=gettext_lazy("Edit profile"),
        permission="members.change_member",
        form=ProfileForm,
        effects=profile_effects,
        run=mend_profile,
        applies=is_live,
        initial=present,
    ),
)
