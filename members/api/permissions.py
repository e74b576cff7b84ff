from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from members.api.problems import ScopeMissing, StoreInactive
from members.models import StoreKey


class KeyHasScope(BasePermission):
    """The key of an open store, with the scope that the view's ``scopes`` name for the method."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Raises ScopeMissing and StoreInactive; without any key the answer is no."""
        key = request.auth
        if not isinstance(key, StoreKey):
            return False
        if not key.store.is_active:
            raise StoreInactive(store=key.store.code)
        method = "GET" if request.method == "HEAD" else request.method
        scope = getattr(view, "scopes", {}).get(method)
        # A method without a scope is one that the view does not have: it is refused as such afterwards.
        if scope is not None and scope not in key.scopes:
            raise ScopeMissing(scope=scope.value)
        return True
