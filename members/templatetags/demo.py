"""What only the demo programme's pages show."""

from typing import Any

from django import template

from members.demo.sign_in_form import chosen_persona, personas

register = template.Library()


@register.inclusion_tag("account/personas.html", takes_context=True)
def demo_personas(context: dict[str, Any]) -> dict[str, Any]:
    """Whom one can look around as, with a button each; nothing where this is no demo."""
    request = context.get("request")
    found = personas()
    chosen = chosen_persona(request) if found else None
    return {"personas": found, "chosen": chosen, "next": request.GET.get("next", "") if request else ""}
