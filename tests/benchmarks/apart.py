"""Each group of figures in a process and a database of its own."""

import importlib
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor

from tests.benchmarks.harness import SCALES, URL, Figure, recreate_database


def measure_apart(name: str, scale: str) -> list[Figure]:
    """Measure in a process of its own, since a process keeps ids and connections of the database it started with."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=context) as executor:
        return executor.submit(_measure, name, scale).result()


def _measure(name: str, scale: str) -> list[Figure]:
    recreate_database()
    os.environ["DATABASE_URL"] = URL
    # One plain connection a process, like the raw side: no pool's threads beside what is measured.
    os.environ["DATABASE_POOL_SIZE"] = "0"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django  # noqa: PLC0415 -- after the environment is set
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415

    django.setup()
    call_command("migrate", verbosity=0)
    figures: list[Figure] = importlib.import_module(f"tests.benchmarks.{name}").measure(SCALES[scale])
    connections.close_all()
    return figures
