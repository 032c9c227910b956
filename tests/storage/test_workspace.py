import subprocess
import sys
import threading

import pytest

from lookalike.errors import Conflict, InvalidInput, NotFound, Unavailable
from lookalike.storage.workspace import Workspace

HOLD_THE_WRITER = """
import sys
from lookalike.storage.workspace import Workspace

collection = Workspace.open(sys.argv[1], database_url=sys.argv[2]).collection("default")
with collection.writer():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_new_workspace_has_its_folders_and_no_collection(workspace):
    assert workspace.uploads.is_dir()
    assert workspace.collections() == ()


def test_by_default_all_state_is_in_the_folder(tmp_path):
    folder = tmp_path / "50% off" / "ü #1?"
    with Workspace.open(folder) as workspace:
        workspace.collection("shop", create=True)
    assert (folder / "lookalike.db").is_file()
    with Workspace.open(str(folder), create=False) as again:
        assert again.collections() == ("shop",)


def test_a_missing_workspace_is_not_made_unasked(tmp_path):
    with pytest.raises(NotFound, match=r"no workspace in .*nowhere.*lookalike index"):
        Workspace.open(tmp_path / "nowhere", create=False)
    assert not (tmp_path / "nowhere").exists()


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match=r"cannot be made .*Choose a folder"):
        Workspace.open(tmp_path / "file" / "workspace")


def test_collections_are_made_only_on_request_and_once(workspace):
    with pytest.raises(NotFound, match=r'no collection "shop"\. There is none yet'):
        workspace.collection("shop")
    first = workspace.collection("shop", create=True)
    first.update_settings({"encoder": "x"})
    assert workspace.collection("shop", create=True).settings() == {"encoder": "x"}
    assert workspace.collections() == ("shop",)


def test_an_unknown_collection_names_the_nearest(workspace):
    for name in ("shoes", "furniture"):
        workspace.collection(name, create=True)
    with pytest.raises(NotFound, match='Did you mean "furniture"'):
        workspace.collection("furnitures")
    with pytest.raises(NotFound, match=r"There are: furniture, shoes\."):
        workspace.collection("xyz")


@pytest.mark.parametrize("name", ["", "-a", "Ab", "a b", "a/b", "..", "a.b", "ä", "a\n", "a" * 65])
def test_bad_collection_ids_are_refused(workspace, name):
    with pytest.raises(InvalidInput, match=r"is not a collection id"):
        workspace.collection(name, create=True)


@pytest.mark.parametrize("name", ["a", "0", "a-b_c", "a" * 64])
def test_good_collection_ids_are_taken(workspace, name):
    assert workspace.collection(name, create=True).id == name


def test_settings_are_merged(workspace, collection):
    collection.update_settings({"source": "a.csv", "encoder": "one"})
    collection.update_settings({"encoder": "two", "images": ["x"], "n": None})
    assert workspace.collection("default").settings() == {
        "source": "a.csv",
        "encoder": "two",
        "images": ["x"],
        "n": None,
    }
    assert workspace.collection("other", create=True).settings() == {}


def test_settings_set_by_two_threads_are_both_kept(workspace, collection):
    def set_many(name):
        for number in range(20):
            collection.update_settings({f"{name}{number}": number})

    threads = [threading.Thread(target=set_many, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(collection.settings()) == 40


def test_one_writer_at_a_time_in_a_process(workspace, collection):
    with collection.writer():
        assert collection.folder.is_dir()
        with (
            pytest.raises(Conflict, match=r"process \d+, since .*Try again"),
            workspace.collection("default").writer(),
        ):
            pass
        with workspace.collection("other", create=True).writer():
            pass
    with collection.writer():
        pass


def test_a_failure_gives_the_right_to_write_back(collection):
    with pytest.raises(ValueError, match=r"boom"), collection.writer():
        raise ValueError("boom")
    with collection.writer():
        pass


def test_another_process_holds_the_writer_until_it_is_killed(workspace, collection, database_url):
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD_THE_WRITER, str(workspace.path), database_url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        assert child.stdout.readline() == "held\n"
        with pytest.raises(Conflict, match=f"process {child.pid}, since"), collection.writer():
            pass
        child.kill()
    with collection.writer():
        pass


def test_a_waiting_writer_gets_its_turn(collection):
    held, order = threading.Event(), []

    def first():
        with collection.writer():
            held.set()
            order.append("first")

    thread = threading.Thread(target=first)
    thread.start()
    held.wait()
    with collection.writer(timeout_s=30):
        order.append("second")
    thread.join()
    assert order == ["first", "second"]
