"""Claims on a request: one of all who ask carries it out, whoever is killed when."""

import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest

from lookalike.domain.kept_answer import KeptAnswer
from lookalike.storage.kept_answers import GIVEN_UP, KEPT
from lookalike.storage.workspace import Workspace

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
GIVEN = KeptAnswer(202, (("content-type", "application/json"),), b'{"job_id": "j"}')

CLAIM_AND_DIE = """
import os, sys
from datetime import UTC, datetime
from lookalike.storage.workspace import Workspace

answers = Workspace.open(sys.argv[1]).kept_answers
print(answers.claim("me", "k", "r", now=datetime(2026, 6, 1, 12, tzinfo=UTC)).state, flush=True)
os._exit(9)
"""


@pytest.fixture
def workspace(tmp_path):
    with Workspace.open(tmp_path / "workspace") as opened:
        yield opened


def test_the_first_carries_it_out_and_later_ones_get_its_answer(workspace):
    answers = workspace.kept_answers
    mine = answers.claim("me", "k", "r", now=NOW)
    assert mine.state == "mine"
    assert answers.claim("me", "k", "r", now=NOW).state == "running"
    answers.keep(mine.token, "me", "k", GIVEN)
    again = answers.claim("me", "k", "r", now=NOW + timedelta(hours=23))
    assert (again.state, again.answer) == ("kept", GIVEN)


def test_the_key_belongs_to_its_caller_and_its_request(workspace):
    answers = workspace.kept_answers
    answers.claim("me", "k", "r", now=NOW)
    assert answers.claim("me", "k", "other", now=NOW).state == "other"
    assert answers.claim("you", "k", "other", now=NOW).state == "mine"


def test_what_was_not_done_may_be_asked_for_again(workspace):
    answers = workspace.kept_answers
    mine = answers.claim("me", "k", "r", now=NOW)
    answers.release(mine.token, "me", "k")
    assert answers.claim("me", "k", "another request", now=NOW).state == "mine"


def test_a_day_later_the_key_is_new_and_old_answers_are_deleted(workspace):
    answers = workspace.kept_answers
    for key in ("k", "l"):
        answers.keep(answers.claim("me", key, "r", now=NOW).token, "me", key, GIVEN)
    later = NOW + KEPT + timedelta(seconds=1)
    assert answers.claim("me", "k", "another request", now=later).state == "mine"
    with Workspace.open(workspace.path) as other:
        assert other.kept_answers.claim("me", "l", "another", now=later).state == "mine"


def test_answers_outlive_the_process_and_are_seen_by_others(workspace):
    with Workspace.open(workspace.path) as other:
        mine = other.kept_answers.claim("me", "k", "r", now=NOW)
        assert workspace.kept_answers.claim("me", "k", "r", now=NOW).state == "running"
        other.kept_answers.keep(mine.token, "me", "k", GIVEN)
    assert workspace.kept_answers.claim("me", "k", "r", now=NOW).answer == GIVEN


def test_the_claim_of_a_process_that_died_is_taken_over_at_once_by_one(workspace):
    command = [sys.executable, "-c", CLAIM_AND_DIE, str(workspace.path)]
    died = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (died.stdout.strip(), died.returncode) == ("mine", 9)
    states = [workspace.kept_answers.claim("me", "k", "r", now=NOW).state for _ in range(3)]
    assert states == ["mine", "running", "running"]


def test_a_claim_that_could_not_be_released_is_given_up_after_a_while(workspace):
    answers = workspace.kept_answers
    first = answers.claim("me", "k", "r", now=NOW)
    assert answers.claim("me", "k", "r", now=NOW + GIVEN_UP / 2).state == "running"
    second = answers.claim("me", "k", "r", now=NOW + GIVEN_UP)
    assert second.state == "mine"
    answers.keep(second.token, "me", "k", GIVEN)
    answers.keep(first.token, "me", "k", KeptAnswer(200, (), b"late"))
    answers.release(first.token, "me", "k")
    assert answers.claim("me", "k", "r", now=NOW + GIVEN_UP).answer == GIVEN


def test_of_many_who_ask_at_once_one_is_told_to_go_on(workspace):
    states, ready = [], threading.Barrier(12)

    def ask():
        ready.wait()
        states.append(workspace.kept_answers.claim("me", "k", "r", now=NOW).state)

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(states) == ["mine"] + ["running"] * 11


def test_neither_key_nor_erased_user_can_be_read_from_the_file(workspace):
    answers = workspace.kept_answers
    for user in ("user-4711", "somebody-else"):
        body = f'{{"user_id": "{user}"}}'.encode()
        token = answers.claim("me", f"save {user}", "r", now=NOW).token
        answers.keep(token, "me", f"save {user}", KeptAnswer(200, (), body))
    workspace.collection("c", create=True).users.erase("user-4711", now=NOW)
    workspace.scrub()
    files = b"".join(path.read_bytes() for path in workspace.path.rglob("*") if path.is_file())
    assert b"user-4711" not in files
    assert b'"somebody-else"' in files
    assert b"save somebody-else" not in files
    assert answers.claim("me", "save somebody-else", "r", now=NOW).state == "kept"
    assert answers.claim("me", "save user-4711", "r", now=NOW).state == "mine"
