"""``make bench``: every figure as a ratio to raw SQL in the same run, printed as a table and written as JSON."""

import argparse
import json
import sys
from pathlib import Path

from tests.benchmarks.apart import measure_apart
from tests.benchmarks.harness import SCALES, drop_database

FIGURES = [
    "single_purchase",
    "batch_purchases",
    "file_import",
    "spending",
    "expiry",
    "verification",
    "tier_review",
    "dashboard",
]


def main() -> int:
    """Run the figures asked for; exit status 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", choices=SCALES, default="full")
    parser.add_argument("--out", type=Path, default=Path("bench.json"))
    parser.add_argument("--only", choices=FIGURES, nargs="*", default=FIGURES)
    arguments = parser.parse_args()
    figures = []
    for name in arguments.only:
        figures += measure_apart(name, arguments.scale)
        print(f"{name} done", file=sys.stderr, flush=True)
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
