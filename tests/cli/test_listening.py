"""The socket that `serve` answers on."""

import socket

import pytest

from lookalike import Unavailable
from lookalike.cli.serve import _listen


def test_an_answer_does_not_wait_for_the_acknowledgment_of_its_head():
    with (
        _listen("127.0.0.1", 0) as listening,
        socket.create_connection(listening.getsockname()),
        listening.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_taken_port_is_said_at_once():
    with _listen("127.0.0.1", 0) as listening, pytest.raises(Unavailable, match="cannot be used"):
        _listen("127.0.0.1", listening.getsockname()[1])
