import socket

import pytest

from config.ports import problem


def test_a_free_port_is_no_problem() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]

    assert problem("127.0.0.1", str(port)) is None


def test_a_busy_port_is_told_with_the_way_out() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]

        message = problem("127.0.0.1", str(port))

    assert message is not None
    assert f"Port {port} on 127.0.0.1 cannot be used" in message
    assert f"make run PORT={port % 65535 + 1}" in message


@pytest.mark.parametrize("port", ["", "0", "65536", "80 80", "http", "-1"])
def test_what_is_no_port_is_refused(port: str) -> None:
    message = problem("127.0.0.1", port)

    assert message is not None
    assert f"PORT={port} is not a port" in message
