"""Django's classes with the type parameters that their stubs have and they do not."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin, TabularInline
    from django.contrib.auth.admin import UserAdmin
    from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
    from django.core.paginator import Paginator
    from django.forms import ModelChoiceField, ModelForm, ModelMultipleChoiceField
else:
    from django import forms
    from django.contrib import admin
    from django.contrib.auth import admin as auth_admin
    from django.contrib.auth import forms as auth_forms
    from django.core import paginator

    class Generic:
        """Takes type parameters and forgets them."""

        def __class_getitem__(cls, parameters):
            return cls

    class ModelAdmin(Generic, admin.ModelAdmin):
        """Django's."""

    class TabularInline(Generic, admin.TabularInline):
        """Django's."""

    class UserAdmin(Generic, auth_admin.UserAdmin):
        """Django's."""

    class ModelForm(Generic, forms.ModelForm):
        """Django's."""

    class AdminUserCreationForm(Generic, auth_forms.AdminUserCreationForm):
        """Django's."""

    class UserChangeForm(Generic, auth_forms.UserChangeForm):
        """Django's."""

    class ModelChoiceField(Generic, forms.ModelChoiceField):
        """Django's."""

    class ModelMultipleChoiceField(Generic, forms.ModelMultipleChoiceField):
        """Django's."""

    class Paginator(Generic, paginator.Paginator):
        """Django's."""


__all__ = [
    "AdminUserCreationForm",
    "ModelAdmin",
    "ModelChoiceField",
    "ModelForm",
    "ModelMultipleChoiceField",
    "Paginator",
    "TabularInline",
    "UserAdmin",
    "UserChangeForm",
]
