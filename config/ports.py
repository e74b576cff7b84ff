"""Say early, and in words, that a port is taken: `python config/ports.py HOST PORT`. Needs no library."""

import socket
import sys

HIGHEST = 65_535


def problem(host: str, port: str) -> str | None:
    """Return why nothing can listen there, or None."""
    if not (port.isdecimal() and 0 < int(port) <= HIGHEST):
        return f"PORT={port} is not a port: give a number from 1 to {HIGHEST}, for example `make run PORT=8001`."
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        # As the server does: a port whose last connections are still fading out is free.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, int(port)))
        except PermissionError:
            return f"Port {port} is reserved for the system. Choose another one: `make run PORT=8001`."
        except OSError as error:
            return (
                f"Port {port} on {host} cannot be used ({error.strerror}). If another program, or another Regulars, "
                f"is running there, stop it or choose another port: `make run PORT={int(port) % HIGHEST + 1}`."
            )
    return None


if __name__ == "__main__":
    if message := problem(*sys.argv[1:3]):
        sys.exit(message)
