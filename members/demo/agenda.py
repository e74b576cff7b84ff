"""What is going to happen in the demo programme, and when."""

import heapq
from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any

Happening = Callable[[datetime], Any]


class Agenda:
    """Happenings in the order of their moments; of two at one moment the one noted first."""

    def __init__(self) -> None:
        """Nothing is planned."""
        self._planned: list[tuple[datetime, int, Happening]] = []
        self._serials = count()

    def add(self, at: datetime, happening: Happening) -> None:
        """Let something happen at a moment, which it is told."""
        heapq.heappush(self._planned, (at, next(self._serials), happening))

    def carry_out(self, *, until: datetime) -> None:
        """Let happen what is planned up to a moment, also what that leads to."""
        while self._planned and self._planned[0][0] <= until:
            at, _, happening = heapq.heappop(self._planned)
            happening(at)
