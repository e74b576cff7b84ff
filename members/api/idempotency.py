import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from members import clock
from members.api.base import ApiView
from members.api.problems import MEDIA_TYPE, InvalidIdempotencyKey, problem_of
from members.exceptions import DomainError
from members.services.idempotency import Answer, answer_once, fingerprint
from members.transactions import retrying

_KEY = re.compile(r"[!-~]{1,255}")


def rendered(status: int, body: dict[str, Any]) -> Answer:
    """An answer as it will be sent, and sent again."""
    return Answer(status=status, text=JSONRenderer().render(body).decode())


def refused(error: DomainError) -> Answer:
    """The answer to a request that the programme's rules refuse."""
    return rendered(error.status, problem_of(error))


class WriteView(ApiView):
    """An operation that changes something: at most once for an Idempotency-Key."""

    def write(self, request: Request, act: Callable[[], Answer]) -> HttpResponse:
        """Carry out ``act`` in one transaction, or answer what it answered before.

        Raises InvalidIdempotencyKey, IdempotencyInFlight, IdempotencyKeyReused, and what ``act`` raises and is not
        kept for repetitions.
        """
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return self._respond(retrying(act)())
        if not _KEY.fullmatch(key):
            raise InvalidIdempotencyKey
        answer = answer_once(
            api_key_id=self.key.pk,
            key=key,
            fingerprint=fingerprint(method=str(request.method), path=request.path, body=request.data),
            now=clock.now(),
            act=act,
            refuse=refused,
        )
        return self._respond(answer)

    @staticmethod
    def _respond(answer: Answer) -> HttpResponse:
        kind = MEDIA_TYPE if answer.status >= HTTPStatus.BAD_REQUEST else "application/json"
        response = HttpResponse(answer.text, status=answer.status, content_type=kind)
        if answer.is_replayed:
            response["Idempotency-Replayed"] = "true"
        return response
