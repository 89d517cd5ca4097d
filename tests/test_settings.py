"""Settings come from flags, the environment and one file, in that order, and mistakes are named."""

import os
import re
from pathlib import Path

import pytest

from highlight_mcp.messages import LANGUAGES, Language, use_language
from highlight_mcp.settings import Settings, SettingsError, settings_table

ENGLISH = re.compile(r"[A-Za-z]{2,}(?: [a-z]{2,}){2,}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
STRANGE: dict[Language, re.Pattern[str]] = {"en": CHINESE, "zh": ENGLISH}
WAY_OUT: dict[Language, re.Pattern[str]] = {
    "en": re.compile("Correct it|Take it out|Write the whole path"),
    "zh": re.compile("请"),
}
WRONG = {
    "HIGHLIGHT_BACKEND": "nowhere", "HIGHLIGHT_CACHE_MB": "lots", "HIGHLIGHT_IDLE_EXIT_S": "3",
    "HIGHLIGHT_PROFILE": "x", "HIGHLIGHT_READER_TIMEOUT_S": "900",
    "HIGHLIGHT_READER_URL": "http://models.example/v1",
    "HIGHLIGHT_FONT": "~nosuchuser-here/x", "HIGHLIGHT_CONFIG": "~nosuchuser-here/x", "HIGHLIGHT_HTTP_TOKEN": " ",
}  # fmt: skip
WRONG_FILES = (
    "= 3",
    "outputdir = 3",
    "media_roots = 3",
    "font = [1]",
    "idle_exit_s = 1.5",
    "log_level = [",
    b"\xff\xfe",
)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def load(config: Path, flags: dict[str, object] | None = None, **environ: str) -> Settings:
    return Settings.load(flags, {"HIGHLIGHT_CONFIG": str(config), **environ})


def test_flags_win_over_the_environment_and_the_environment_over_the_file(config: Path) -> None:
    config.write_text('idle_exit_s = 100\ncache_mb = 100\nlanguage = "zh"\n')
    settings = load(config, {"idle_exit_s": 300}, HIGHLIGHT_IDLE_EXIT_S="200", HIGHLIGHT_CACHE_MB="200")
    assert (settings.idle_exit_s, settings.cache_mb, settings.language) == (300, 200, "zh")


def test_a_flag_that_was_not_given_does_not_hide_the_environment(config: Path) -> None:
    assert load(config, {"http_token": None}, HIGHLIGHT_HTTP_TOKEN="secret").http_token == "secret"


def test_media_roots_are_separated_as_in_path_and_made_absolute(config: Path, tmp_path: Path) -> None:
    roots = os.pathsep.join([str(tmp_path / "a"), "relative"])
    assert load(config, HIGHLIGHT_MEDIA_ROOTS=roots).media_roots == (tmp_path / "a", Path.cwd() / "relative")


def test_a_wrong_value_is_refused_with_its_variable_and_what_is_valid(config: Path) -> None:
    with pytest.raises(SettingsError, match=r"HIGHLIGHT_BACKEND = 'nowhere'.*'local', 'nemo' or a URL"):
        load(config, HIGHLIGHT_BACKEND="nowhere")


def test_an_unknown_name_in_the_file_is_refused_with_the_known_ones(config: Path) -> None:
    config.write_text("outputdir = 'x'\n")
    with pytest.raises(SettingsError, match=r"'outputdir', which is not a setting.*output_dir"):
        load(config)


def test_a_broken_file_is_named_and_not_guessed_around(config: Path) -> None:
    config.write_text("= 3")
    with pytest.raises(SettingsError, match=r"config\.toml cannot be read"):
        load(config)


def test_a_wrong_token_is_not_repeated_in_the_message(config: Path) -> None:
    config.write_text("nemo_token = ['very-secret']\n")
    with pytest.raises(SettingsError) as error:
        load(config)
    assert "NEMO_TOKEN" in str(error.value)
    assert "very-secret" not in str(error.value)


@pytest.mark.parametrize(("name", "value"), WRONG.items())
def test_a_wrong_setting_is_told_in_the_language_with_its_value_and_a_way_out(
    name: str, value: str, config: Path
) -> None:
    """The value of a secret alone is not repeated."""
    for language in LANGUAGES:
        with use_language(language), pytest.raises(SettingsError) as error:
            Settings.load({}, {"HIGHLIGHT_CONFIG": str(config), name: value})
        told = str(error.value)
        assert name in told and not STRANGE[language].search(told) and WAY_OUT[language].search(told), told
        assert value in told or name.endswith("TOKEN")


@pytest.mark.parametrize("written", WRONG_FILES)
def test_a_wrong_file_is_told_in_the_language_with_its_place_and_a_way_out(written: str | bytes, config: Path) -> None:
    config.write_bytes(written.encode() if isinstance(written, str) else written)
    for language in LANGUAGES:
        with use_language(language), pytest.raises(SettingsError) as error:
            load(config)
        told = str(error.value)
        assert str(config) in told and WAY_OUT[language].search(told)
        assert not STRANGE[language].search(told.replace(str(config), ""))


def test_the_table_of_settings_is_there_in_chinese_too() -> None:
    with use_language("zh"):
        rows = settings_table().splitlines()[2:]
    assert [row for row in rows if not CHINESE.search(row) or ENGLISH.search(row)] == []


def test_the_local_backend_is_the_default_and_needs_no_address(config: Path) -> None:
    assert load(config).base_url is None
    assert load(config, HIGHLIGHT_BACKEND="https://example.invalid/").base_url == "https://example.invalid"


def test_every_setting_has_a_row_in_the_table() -> None:
    assert len(settings_table().splitlines()) == len(Settings.model_fields) + 2


def test_the_work_of_all_people_of_a_server_waits_in_one_line(tmp_path: Path) -> None:
    lines = {Settings(home=tmp_path / place).line for place in (".", "users/ann", "users/bob")}
    assert lines == {tmp_path / "line"}
