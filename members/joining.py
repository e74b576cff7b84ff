"""The form with which somebody joins online: email, password (both allauth's) and a name."""

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from members.exceptions import InvalidText
from members.models import User
from members.names import clean_name


class JoinForm(forms.Form):
    """The base of allauth's sign-up form. The language is the one the page was read in: no field for it."""

    name = forms.CharField(
        label=_("Name"),
        max_length=150,
        help_text=_("As you would like to be greeted."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("name", "email", "password1")

    def clean_name(self) -> str:
        """The name in its stored form."""
        try:
            return clean_name(self.cleaned_data["name"])
        except InvalidText as error:
            raise forms.ValidationError(str(error)) from error

    def signup(self, request: HttpRequest, user: User) -> None:
        """Keep the name with the sign-in; the membership begins when the email address is confirmed."""
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
