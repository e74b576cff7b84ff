"""Is every text translated, and is what is translated still what the pages say? `python scripts/check_translations.py`.

Each catalogue must be complete, without fuzzy or obsolete entries, keep the placeholders of the original, hold exactly
the texts of the source (needs gettext), and be compiled: people run the portal without gettext, so .mo files are
committed.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ("zh_Hans", "zh_Hant")
SOURCE_FOLDERS = ("config", "engagement", "members", "rewards", "templates")
SHOWN = 10
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")

Key = tuple[str, str, str]


def key(entry: polib.POEntry | polib.MOEntry) -> Key:
    return (entry.msgctxt or "", entry.msgid, entry.msgid_plural or "")


def translation(entry: polib.POEntry | polib.MOEntry) -> tuple[str, ...]:
    return tuple(entry.msgstr_plural.values()) if entry.msgid_plural else (entry.msgstr,)


def placeholders_differ(entry: polib.POEntry) -> bool:
    """Say whether a translation lacks a placeholder of the original or invents one.

    A singular may leave out the number ("one point"), so plurals are held to the placeholders of the plural.
    """
    expected = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
    return any(set(PLACEHOLDER.findall(text)) != expected for text in translation(entry))


def problems_of(locale: str, source: set[Key] | None) -> Iterator[str]:
    path = ROOT / "locale" / locale / "LC_MESSAGES" / "django.po"
    if not path.exists():
        yield f"{path.relative_to(ROOT)} is missing: make messages"
        return
    catalogue = polib.pofile(str(path))
    living = [entry for entry in catalogue if not entry.obsolete]
    found = {
        "not translated": [e for e in living if not e.fuzzy and not e.translated()],
        "fuzzy": [e for e in living if e.fuzzy],
        "obsolete": catalogue.obsolete_entries(),
        "with other placeholders than the original": [e for e in living if e.translated() and placeholders_differ(e)],
    }
    for what, entries in found.items():
        yield from listed(f"{locale}: {what}", [entry.msgid for entry in entries])
    if source is not None:
        known = {key(entry) for entry in living}
        yield from listed(f"{locale}: in the source but not in the catalogue (make messages)", texts(source - known))
        yield from listed(f"{locale}: in the catalogue but not in the source (make messages)", texts(known - source))
    compiled_path = path.with_suffix(".mo")
    compiled = {key(e): translation(e) for e in polib.mofile(str(compiled_path))} if compiled_path.exists() else {}
    expected = {key(e): translation(e) for e in living if e.translated()}
    stale = {k for k in compiled.keys() | expected.keys() if compiled.get(k) != expected.get(k)}
    yield from listed(f"{locale}: not compiled (make compile-messages)", texts(stale))


def texts(keys: set[Key]) -> list[str]:
    return sorted(msgid for _, msgid, _ in keys)


def listed(what: str, found: list[str]) -> Iterator[str]:
    if found:
        shown = "".join(f"\n    {text!r}" for text in found[:SHOWN])
        yield f"{what}: {len(found)}{shown}" + ("\n    ..." if len(found) > SHOWN else "")


def texts_in_source() -> set[Key]:
    """Return every text that gettext finds in the source, in a copy, since collecting rewrites the catalogues."""
    with tempfile.TemporaryDirectory() as folder:
        for name in SOURCE_FOLDERS:
            if (ROOT / name).exists():
                shutil.copytree(ROOT / name, Path(folder) / name, ignore=shutil.ignore_patterns("__pycache__"))
        (Path(folder) / "locale").mkdir()
        environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        subprocess.run(
            [sys.executable, "-m", "django", "makemessages", "--locale", LOCALES[0], "--verbosity", "0"],
            cwd=folder,
            env=environment,
            check=True,
        )
        catalogue = polib.pofile(str(Path(folder) / "locale" / LOCALES[0] / "LC_MESSAGES" / "django.po"))
        return {key(entry) for entry in catalogue}


def main() -> int:
    source = None
    if shutil.which("xgettext"):
        source = texts_in_source()
    elif os.environ.get("REQUIRE_GETTEXT"):
        print("REQUIRE_GETTEXT is set, but there is no gettext.", file=sys.stderr)
        return 1
    else:
        print("Without gettext (apt-get install gettext) texts of the source cannot be compared; the rest is checked.")
    problems = [problem for locale in LOCALES for problem in problems_of(locale, source)]
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"Translations: {len(problems)} kinds of problems." if problems else "Translations are complete.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
