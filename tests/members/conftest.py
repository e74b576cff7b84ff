from collections.abc import Iterator

import pytest
import time_machine

from tests.members.page_scenes import NOW


@pytest.fixture
def afternoon() -> Iterator[None]:
    """A quarter past four in the programme's zone."""
    with time_machine.travel(NOW, tick=False):
        yield
