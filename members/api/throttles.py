from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from members import clock
from members.models import StoreKey

PERIODS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def parse_rate(rate: str) -> tuple[int, int]:
    """Requests and seconds of a rate such as "6000/min"; raises ValueError for anything else."""
    number, _slash, period = rate.partition("/")
    if not period or period[0] not in PERIODS:
        raise ValueError(rate)
    return int(number), PERIODS[period[0]]


class KeyThrottle(BaseThrottle):
    """So many requests a key and minute, counted in the cache.

    On Redis the count is one atomic INCR and holds for all processes; the cache of files may miscount by a few under
    load. It keeps a till that went wild from crowding out the others; what must hold is guarded in the database.
    """

    seconds_left = 0

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count this request; false once the window is full."""
        if not isinstance(request.auth, StoreKey):
            return True
        limit, seconds = parse_rate(settings.API_THROTTLE_RATE)
        now = int(clock.now().timestamp())
        self.seconds_left = seconds - now % seconds
        return self._count(f"api-throttle:{request.auth.prefix}:{now // seconds}", seconds) <= limit

    @staticmethod
    def _count(name: str, seconds: int) -> int:
        try:
            return cache.incr(name)
        except ValueError:  # The first in this window, or one of several that think so.
            cache.add(name, 0, timeout=2 * seconds)
            return cache.incr(name)

    def wait(self) -> float:
        """Seconds until the next window."""
        return self.seconds_left
