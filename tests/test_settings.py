import pytest

from lookalike import InvalidInput, NotFound, Settings


def test_arguments_beat_environment_beats_file_beats_defaults(tmp_path, monkeypatch):
    file = tmp_path / "lookalike.toml"
    file.write_text('port = 1\nhost = "file"\nworkspace = "file"\n')
    monkeypatch.setenv("LOOKALIKE_HOST", "environment")
    monkeypatch.setenv("LOOKALIKE_WORKSPACE", "environment")
    settings = Settings.load({"workspace": "argument", "encoder": None}, file=str(file))
    assert (settings.port, settings.host, settings.workspace) == (1, "environment", "argument")
    assert settings.encoder == "default"
    origins = {one["name"]: one["origin"] for one in settings.described()}
    assert (origins["port"], origins["host"], origins["workspace"], origins["encoder"]) == (
        "lookalike.toml",
        "environment",
        "argument",
        "default",
    )


def test_every_setting_is_documented():
    for one in Settings().described():
        assert len(one["doc"]) > 30, one["name"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"colection": "x"}, "collection"),
        ({"port": "many"}, "whole number"),
        ({"port": -1}, ">= 0"),
        ({"port": 1.5}, "whole number"),
        ({"allow_private_addresses": "perhaps"}, "true or false"),
        ({"host": 7}, "text"),
    ],
)
def test_a_wrong_setting_is_refused_with_its_name_and_what_it_should_be(given, said):
    with pytest.raises(InvalidInput, match=next(iter(given))) as refused:
        Settings.load(given)
    assert said in str(refused.value)


def test_a_settings_file_that_is_named_must_be_there_and_be_toml(tmp_path):
    with pytest.raises(NotFound):
        Settings.load(file=str(tmp_path / "none.toml"))
    broken = tmp_path / "broken.toml"
    broken.write_text("port: 8000")
    with pytest.raises(InvalidInput, match=r"broken\.toml"):
        Settings.load(file=str(broken))
