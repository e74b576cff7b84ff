"""Time zones by their names in the tz database."""

from functools import lru_cache
from zoneinfo import available_timezones

from members.exceptions import InvalidTimeZone


@lru_cache(maxsize=1)
def time_zone_names() -> frozenset[str]:
    """All of them; asked once, since they are files."""
    return frozenset(available_timezones())


def normalise_time_zone(name: str) -> str:
    """The name as stored; empty is the programme's own zone. Raises InvalidTimeZone."""
    zone = name.strip()
    if zone and zone not in time_zone_names():
        raise InvalidTimeZone(zone=zone[:60])
    return zone
