from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission

if TYPE_CHECKING:  # rest_framework.views reads this class while it loads, so it cannot be loaded from here.
    from rest_framework.request import Request
    from rest_framework.views import APIView


class Denied(BasePermission):
    """Refuses everybody: what an API view gets that forgets to say who may call it."""

    def has_permission(self, request: "Request", view: "APIView") -> bool:
        return False
