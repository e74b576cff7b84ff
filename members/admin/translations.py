"""Texts in each language as plain fields beside each other: tabs would need a script from elsewhere."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info
from modeltranslation.utils import build_localized_fieldname


def translated(name: str) -> tuple[str, ...]:
    """The names of a text's fields, one for each language."""
    return tuple(build_localized_fieldname(name, code) for code, _label in settings.LANGUAGES)


def label_languages(fields: Mapping[str, forms.Field], name: str, *, required: bool = True) -> None:
    """Label each field with its language in its own words; only the first language is required."""
    for position, (code, _label) in enumerate(settings.LANGUAGES):
        field: Any = fields[build_localized_fieldname(name, code)]
        field.label = get_language_info(code)["name_local"]
        field.required = required and position == 0


def language_fields(name: str, *, max_length: int) -> dict[str, forms.Field]:
    """A text's fields for a form that is no model's, one for each language; only the first one is required."""
    return {
        build_localized_fieldname(name, code): forms.CharField(
            label=get_language_info(code)["name_local"], max_length=max_length, required=position == 0
        )
        for position, (code, _label) in enumerate(settings.LANGUAGES)
    }


def names_of(data: Mapping[str, Any], name: str) -> dict[str, str]:
    """What was written, by language, as services take it."""
    return {
        code: text
        for code, _label in settings.LANGUAGES
        if (text := (data.get(build_localized_fieldname(name, code)) or "").strip())
    }
