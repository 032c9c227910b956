"""A client that leaves while it asks is nobody's failure."""

import asyncio
import logging

from starlette.requests import ClientDisconnect

from lookalike.server.problems import UnexpectedErrors

SCOPE = {"type": "http", "method": "POST", "path": "/v1/x", "headers": []}


def answered(error, *, first=()):
    """The messages that an application's failure leads to, after those it had sent itself."""
    sent = []

    async def app(scope, receive, send):
        for message in first:
            await send(message)
        raise error

    async def send(message):
        sent.append(message)

    async def run():
        await UnexpectedErrors(app)(SCOPE, None, send)

    asyncio.run(run())
    return sent


def test_no_error_is_logged_for_a_client_that_left(caplog):
    with caplog.at_level(logging.WARNING):
        sent = answered(ClientDisconnect())
    assert sent[0]["status"] == 422
    assert not caplog.records


def test_nothing_is_added_to_an_answer_that_had_begun():
    begun = {"type": "http.response.start", "status": 200, "headers": []}
    assert answered(ClientDisconnect(), first=[begun]) == [begun]


def test_any_other_failure_is_a_500_and_logged(caplog):
    assert answered(RuntimeError("odd"))[0]["status"] == 500
    assert [one.levelname for one in caplog.records] == ["ERROR"]
