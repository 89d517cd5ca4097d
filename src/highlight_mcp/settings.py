"""Every setting of the product, and their only reader: flags, then the environment, then one TOML file."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from .contract.addresses import UnknownHome, service_url, shell_path
from .messages import InWords, Message, has, message, next_step_of, sentences, verbatim
from .messages.reasons import WrongValue, reason_of
from .timeline.schemas import fault_of, nearest

APP = "highlight-mcp"
USERS = "users"
"""The folder below the data directory in which each person of a shared server has one of their own."""
LOCAL, NEMO = "local", "nemo"
NEMO_API = "https://mega-api-prod.nemovideo.ai"
NEMO_WEB = "https://nemovideo.com"


class SettingsError(InWords, Exception):
    """Settings that cannot be used; each problem names its place, the setting, the value and what is valid."""

    def __init__(self, *problems: Message) -> None:
        self.what = sentences(*(sentences(each, next_step_of(each)) for each in problems))
        self.step = verbatim("")
        super().__init__(self.text)


def _home() -> Path:
    return Path(platformdirs.user_data_dir(APP, appauthor=False))


def _output_dir() -> Path:
    return Path(platformdirs.user_videos_dir()) / "Highlights"


def _media_roots() -> tuple[Path, ...]:
    return (Path.home(), Path.cwd())


def _absolute(path: Path) -> Path:
    try:
        return shell_path(path)
    except UnknownHome:
        raise WrongValue("settings.unknown_home", path=str(path)) from None


def _token(value: str) -> str:
    if not value.strip():
        raise WrongValue("settings.blank_token")
    return value


def _backend(value: str) -> str:
    if value in (LOCAL, NEMO) or value.startswith(("http://", "https://")):
        return value.rstrip("/")
    raise WrongValue("settings.no_backend", local=LOCAL, nemo=NEMO)


def _database(value: str) -> str:
    if value.startswith(("postgresql:", "postgres:")):
        return value
    raise WrongValue("settings.no_database")


Layer = tuple[Message, dict[str, Any]]
"""The settings of one place, such as the environment, and what that is called."""
Token = Annotated[str, AfterValidator(_token)]
AbsolutePath = Annotated[Path, AfterValidator(_absolute)]
Paths = tuple[AbsolutePath, ...]


class Settings(BaseModel):
    """What a user can set. Each field is read from its flag, `HIGHLIGHT_<NAME>`, or the TOML file.

    What each is for stands in the catalogue of messages, as `settings.of.<name>`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    backend: Annotated[str, AfterValidator(_backend)] = LOCAL
    home: AbsolutePath = Field(default_factory=_home)
    output_dir: AbsolutePath = Field(default_factory=_output_dir)
    media_roots: Paths = Field(default_factory=_media_roots)
    language: str | None = None
    font: AbsolutePath | None = None
    loudness: Annotated[float, Field(ge=-40, le=-5)] | Literal["off"] = -14.0
    score_model: AbsolutePath | None = None
    sounds_model: AbsolutePath | None = None
    words_model: AbsolutePath | None = None
    faces_model: AbsolutePath | None = None
    vision_model: AbsolutePath | None = None
    reader_url: Annotated[str, AfterValidator(service_url)] | None = None
    reader_model: str = "default"
    reader_key: Token | None = Field(None, repr=False)
    reader_timeout_s: int = Field(30, ge=1, le=300)
    idle_exit_s: int = Field(900, ge=5, le=86_400)
    cache_mb: int = Field(2_048, ge=16)
    db: Annotated[str, AfterValidator(_database)] | None = Field(None, repr=False)
    blobs: str | None = None
    http_token: Token | None = None
    http_issuer: str | None = None
    profile: Literal["local", "strict"] = "local"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "WARNING"
    nemo_token: Token | None = Field(None, alias="NEMO_TOKEN")
    nemo_api_url: str = Field(NEMO_API, alias="NEMO_API_URL")
    nemo_web_url: str = Field(NEMO_WEB, alias="NEMO_WEB_URL")
    nemo_client_id: str | None = Field(None, alias="NEMO_CLIENT_ID")
    skill_source: str | None = Field(None, alias="SKILL_SOURCE")

    @field_validator("media_roots", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return [part for part in value.split(os.pathsep) if part] if isinstance(value, str) else value

    @property
    def models(self) -> dict[str, Path]:
        """The folder of each extra's model, whether it is there or not; those not set lie in the data directory."""
        set_ = {
            "score": self.score_model,
            "sounds": self.sounds_model,
            "words": self.words_model,
            "faces": self.faces_model,
            "vision": self.vision_model,
        }
        return {name: folder or self.home / "models" / name for name, folder in set_.items()}

    @property
    def line(self) -> Path:
        """Where work waits for its turn: one place for all people of a shared server."""
        return (self.home.parents[1] if self.home.parent.name == USERS else self.home) / "line"

    @property
    def base_url(self) -> str | None:
        """Base URL of a remote backend, None for the local one."""
        if self.backend == LOCAL:
            return None
        return self.nemo_api_url.rstrip("/") if self.backend == NEMO else self.backend

    @classmethod
    def load(cls, flags: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read all settings.

        Flags that are None count as absent. Raises SettingsError that names the source, the
        setting, the value and what would be valid.
        """
        environ = os.environ if environ is None else environ
        path = config_file(environ)
        layers: list[Layer] = [
            (verbatim(str(path)), _from_toml(path)),
            (message("settings.place.environment"), _from_environment(environ)),
            (message("settings.place.command_line"), {k: v for k, v in (flags or {}).items() if v is not None}),
        ]
        merged = {_key(name): value for _, layer in layers for name, value in layer.items()}
        try:
            return cls.model_validate(merged)
        except ValidationError as error:
            raise SettingsError(*(_problem(each, layers) for each in error.errors())) from None


def config_file(environ: Mapping[str, str]) -> Path:
    """The TOML file: `HIGHLIGHT_CONFIG`, or `config.toml` in the platform's configuration folder."""
    named = environ.get("HIGHLIGHT_CONFIG")
    if not named:
        return Path(platformdirs.user_config_dir(APP, appauthor=False)) / "config.toml"
    try:
        return shell_path(named)
    except UnknownHome as error:
        raise SettingsError(message("settings.wrong_config", what=error.what, step=error.step)) from None


def asked_language() -> str | None:
    """The setting `language` as it stands, whether all others are right or not; None without one."""
    found = os.environ.get(variable("language"))
    if found:
        return found
    try:
        written = _from_toml(config_file(os.environ)).get("language")
    except SettingsError:
        return None
    return written if isinstance(written, str) else None


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return Settings.model_fields[name].alias or f"HIGHLIGHT_{name.upper()}"


def settings_table() -> str:
    """The settings as a Markdown table; the README carries it, a test compares the two."""
    rows = [
        f"| `{variable(name)}` | {default_of(name)} | {message(f'settings.of.{name}')} |"
        for name in Settings.model_fields
    ]
    return "\n".join([str(message("settings.table")), "|---|---|---|", *rows])


def default_of(name: str) -> Message:
    """What holds where a setting is not set, for people."""
    if has(key := f"settings.default.{name}"):
        return message(key)
    default = Settings.model_fields[name].default
    return message("settings.default.none") if default is None else verbatim(f"`{default}`")


def _key(name: str) -> str:
    field = Settings.model_fields.get(name)
    return field.alias if field is not None and field.alias else name


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    return {name: environ[variable(name)] for name in Settings.model_fields if environ.get(variable(name))}


def _from_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(message("settings.unreadable", file=str(path), reason=reason_of(error))) from None


def _problem(problem: Mapping[str, Any], layers: list[Layer]) -> Message:
    key = str(problem["loc"][0]) if problem["loc"] else ""
    name = next((n for n, f in Settings.model_fields.items() if key in (n, f.alias)), key)
    place = next((place for place, layer in reversed(layers) if name in layer), message("settings.place.anywhere"))
    if problem["type"] == "extra_forbidden":
        return message("settings.unknown", place=place, name=name, hint=nearest(name, Settings.model_fields),
                       known=tuple(Settings.model_fields))  # fmt: skip
    secret = "token" in name or name in ("reader_key", "db")
    given = variable(name) if secret else f"{variable(name)} = {problem['input']!r}"
    return message("settings.wrong", place=place, given=given, why=fault_of(problem), default=default_of(name))


def folder_of(settings: Settings, person: str) -> Path:
    """The data directory of a person."""
    return settings.home / USERS / person if person else settings.home


def people_with_folders(settings: Settings) -> list[str]:
    """Everybody who has, or had, a data directory here."""
    try:
        return sorted(each.name for each in (settings.home / USERS).iterdir() if each.is_dir())
    except OSError:
        return []
