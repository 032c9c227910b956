"""The socket that `serve` answers on."""

import socket

from lookalike.cli.serve import _listen


def test_an_answer_does_not_wait_for_the_other_side_to_confirm_its_headers():
    with (
        _listen("127.0.0.1", 0) as listening,
        socket.create_connection(listening.getsockname()),
        listening.accept()[0] as taken,
    ):
        assert taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
