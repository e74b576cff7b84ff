from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from members import clock
from members.models import StoreKey
from members.selectors.api_keys import usable_key

KEYWORD = "Api-Key"


class StoreKeyAuthentication(BaseAuthentication):
    """``Authorization: Api-Key <key>``. Nobody signs in: the caller is a store, and ``request.auth`` its key."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, StoreKey] | None:
        """Find the key; raises AuthenticationFailed with one message for unknown, revoked and expired ones."""
        keyword, _space, presented = request.headers.get("Authorization", "").strip().partition(" ")
        if keyword.lower() != KEYWORD.lower():
            return None
        key = usable_key(presented=presented.strip(), now=clock.now())
        if key is None:
            raise AuthenticationFailed(_("This key is not valid: it is unknown, revoked or expired."))
        return AnonymousUser(), key

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return KEYWORD
