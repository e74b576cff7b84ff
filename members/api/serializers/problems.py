from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers


class ProblemErrorSerializer(serializers.Serializer[Any]):
    """One thing to mend."""

    pointer = serializers.CharField(required=False, help_text=_("JSON pointer to the value in the body."))
    parameter = serializers.CharField(required=False, help_text=_("Name of the query parameter."))
    detail = serializers.CharField(help_text=_("What is wrong and what to send."))


class ProblemSerializer(serializers.Serializer[Any]):
    """Problem details (RFC 9457)."""

    type = serializers.CharField(help_text=_("Address of a page about this kind of problem, relative to the API's."))
    code = serializers.CharField(help_text=_("The last part of the type. It never changes; switch on it."))
    title = serializers.CharField(help_text=_("The kind of problem, in the caller's language."))
    status = serializers.IntegerField(min_value=400, max_value=599)
    detail = serializers.CharField(help_text=_("What happened here and what to do, in the caller's language."))
    # A declared field leaves the class again, so that Serializer.errors stays what it is.
    errors = ProblemErrorSerializer(  # type: ignore[assignment]
        many=True, required=False, help_text=_("Each mistake in the request.")
    )
    retry_after = serializers.IntegerField(
        required=False, min_value=1, help_text=_("Seconds to wait, as in the header Retry-After.")
    )
