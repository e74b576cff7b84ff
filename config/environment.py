"""What settings.py needs before Django is there: files and folders, made once."""

import os
import secrets
from pathlib import Path


def folder(path: Path) -> Path:
    """Return the folder, made if it was missing, open to this user alone: it holds keys, mail and messages."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def stored_secret(path: Path) -> str:
    """Return the secret kept in `path`, written on first use.

    Web, worker and scheduler may start at the same moment. Each writes a draft of its own and links it to the final
    name, which only one of them can, so that all of them read the same, complete secret.
    """
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # Another process was faster; its secret is the one.
        finally:
            draft.unlink()
    return path.read_text()
