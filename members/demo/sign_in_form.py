"""The demo's sign-in page: whom one can look around as, and a form that is filled in for them.

Only where DEMO_SIGN_INS says so and the demo's own people exist: nowhere else does a page name them or their password.
"""

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.conf import settings
from django.http import HttpRequest

from members.demo.accounts import PERSONAS, DemoAccount
from members.models import User


class DemoLoginForm(LoginForm):  # type: ignore[misc] # allauth has no types
    """allauth's form, filled in for the persona that ``?persona=`` names."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        persona = chosen_persona(self.request)
        if persona and not self.is_bound:
            self.initial |= {"login": persona.email, "password": persona.password}
            widget = self.fields["password"].widget
            assert isinstance(widget, forms.PasswordInput)  # noqa: S101 - tells the type checker what allauth makes
            widget.render_value = True


def personas() -> list[DemoAccount]:
    """Whom one can look around as; nobody where this is no demo."""
    if not settings.DEMO_SIGN_INS:
        return []
    known = set(User.objects.filter(email__in=[each.email for each in PERSONAS]).values_list("email", flat=True))
    return [persona for persona in PERSONAS if persona.email in known]


def chosen_persona(request: HttpRequest | None) -> DemoAccount | None:
    """The persona that the address names, if there is one here."""
    role = request.GET.get("persona", "") if request else ""
    return next((persona for persona in personas() if persona.role == role), None) if role else None
