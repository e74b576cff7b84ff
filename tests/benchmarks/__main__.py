"""``make bench``: every figure as a ratio to raw SQL in the same run, printed as a table and written as JSON."""

import argparse
import importlib
import json
import os
import sys
from pathlib import Path

from tests.benchmarks.harness import SCALES, URL, drop_database, recreate_database

FIGURES = ["single_purchase"]


def main() -> int:
    """Run the figures asked for; exit status 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", choices=SCALES, default="full")
    parser.add_argument("--out", type=Path, default=Path("bench.json"))
    parser.add_argument("--only", choices=FIGURES, nargs="*", default=FIGURES)
    arguments = parser.parse_args()
    os.environ["DATABASE_URL"] = URL
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django  # noqa: PLC0415 -- after the environment is set

    django.setup()
    figures = []
    for name in arguments.only:
        recreate_database()
        figures += importlib.import_module(f"tests.benchmarks.{name}").measure(SCALES[arguments.scale])
    drop_database()
    print(f"{'figure':60} {'ours':>12} {'raw':>12} {'ratio':>7} {'target':>9}")
    for figure in figures:
        sign = "≥" if figure.better == "higher" else "≤"
        mark = "" if figure.is_met else "  missed"
        target = f"{sign} {figure.target}"
        print(f"{figure.name:60} {figure.ours:12.1f} {figure.raw:12.1f} {figure.ratio:7.2f} {target:>9}{mark}")
    arguments.out.write_text(json.dumps([figure.as_json() for figure in figures], indent=2) + "\n")
    return 0 if all(figure.is_met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
