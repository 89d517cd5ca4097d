"""Every setting of the product, and their only reader: flags, then the environment, then one TOML file."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from .contract.addresses import UnknownHome, service_url, shell_path
from .timeline.schemas import fault_of

APP = "highlight-mcp"
USERS = "users"
"""The folder below the data directory in which each person of a shared server has one of their own."""
LOCAL, NEMO = "local", "nemo"
NEMO_API = "https://mega-api-prod.nemovideo.ai"
NEMO_WEB = "https://nemovideo.com"


class SettingsError(Exception):
    """A setting that cannot be used; the text names it, the value and what is valid."""


def _home() -> Path:
    return Path(platformdirs.user_data_dir(APP, appauthor=False))


def _output_dir() -> Path:
    return Path(platformdirs.user_videos_dir()) / "Highlights"


def _media_roots() -> tuple[Path, ...]:
    return (Path.home(), Path.cwd())


def _absolute(path: Path) -> Path:
    try:
        return shell_path(path)
    except UnknownHome as error:
        raise ValueError(str(error).rstrip(".")) from None


def _token(value: str) -> str:
    if not value.strip():
        raise ValueError("it is blank, which is no token; set a real one, or none at all")
    return value


def _backend(value: str) -> str:
    if value in (LOCAL, NEMO) or value.startswith(("http://", "https://")):
        return value.rstrip("/")
    raise ValueError(f"must be {LOCAL!r}, {NEMO!r} or a URL that begins with http:// or https://")


Token = Annotated[str, AfterValidator(_token)]
AbsolutePath = Annotated[Path, AfterValidator(_absolute)]
Paths = tuple[AbsolutePath, ...]


class Settings(BaseModel):
    """What a user can set. Each field is read from its flag, `HIGHLIGHT_<NAME>`, or the TOML file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    backend: Annotated[str, AfterValidator(_backend)] = Field(
        LOCAL,
        description="Where work is done: `local`, `nemo` (the NemoVideo cloud) or the URL of a server.",
    )
    home: AbsolutePath = Field(default_factory=_home, description="The data directory: sessions, cache.")
    output_dir: AbsolutePath = Field(default_factory=_output_dir, description="Where finished reels land.")
    media_roots: Paths = Field(
        default_factory=_media_roots,
        description="Folders that footage may be read from, separated as in PATH.",
    )
    language: str | None = Field(None, description="Language of messages (`en`, `zh`); else as you write.")
    font: AbsolutePath | None = Field(None, description="A font file for titles and captions.")
    speech_model: AbsolutePath | None = Field(None, description="Folder of the speech model; else the fetched one.")
    tags_model: AbsolutePath | None = Field(None, description="Folder of the sound model; else the fetched one.")
    vision_model: AbsolutePath | None = Field(None, description="Folder of the picture model; else the fetched one.")
    reader_url: Annotated[str, AfterValidator(service_url)] | None = Field(
        None,
        description="A language model that reads wishes which the rules cannot: the address of any OpenAI-compatible "
        "endpoint (`…/v1`); else none is asked.",
    )
    reader_model: str = Field("default", description="Name of that model at its endpoint.")
    reader_key: Token | None = Field(None, description="Key of that endpoint, where it wants one.", repr=False)
    reader_timeout_s: int = Field(30, ge=1, le=300, description="Seconds that one of its answers may take.")
    idle_exit_s: int = Field(
        900, ge=5, le=86_400, description="Seconds without work after which the local backend exits."
    )
    cache_mb: int = Field(2_048, ge=16, description="Limit of the analysis cache, in MiB.")
    http_token: Token | None = Field(None, description="Bearer token of `highlight-mcp http`.")
    http_issuer: str | None = Field(None, description="Issuer whose access tokens `highlight-mcp http` accepts.")
    profile: Literal["local", "strict"] = Field("local", description="`strict` imitates the cloud's limits, for tests.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("WARNING", description="What goes to stderr.")
    nemo_token: Token | None = Field(None, description="Token of a NemoVideo account.", alias="NEMO_TOKEN")
    nemo_api_url: str = Field(NEMO_API, description="Base URL of the cloud.", alias="NEMO_API_URL")
    nemo_web_url: str = Field(NEMO_WEB, description="Web pages of the cloud.", alias="NEMO_WEB_URL")
    nemo_client_id: str | None = Field(None, description="Client id for the cloud.", alias="NEMO_CLIENT_ID")
    skill_source: str | None = Field(None, description="Platform named to the cloud.", alias="SKILL_SOURCE")

    @field_validator("media_roots", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return [part for part in value.split(os.pathsep) if part] if isinstance(value, str) else value

    @property
    def models(self) -> dict[str, Path]:
        """The folder of each extra's model, whether it is there or not; those not set lie in the data directory."""
        set_ = {"speech": self.speech_model, "tags": self.tags_model, "vision": self.vision_model}
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
        layers: list[tuple[str, dict[str, Any]]] = [
            (str(path), _from_toml(path)),
            ("the environment", _from_environment(environ)),
            ("the command line", {k: v for k, v in (flags or {}).items() if v is not None}),
        ]
        merged = {_key(name): value for _, layer in layers for name, value in layer.items()}
        try:
            return cls.model_validate(merged)
        except ValidationError as error:
            raise SettingsError(_explain(error, layers)) from None


def config_file(environ: Mapping[str, str]) -> Path:
    """The TOML file: `HIGHLIGHT_CONFIG`, or `config.toml` in the platform's configuration folder."""
    named = environ.get("HIGHLIGHT_CONFIG")
    if not named:
        return Path(platformdirs.user_config_dir(APP, appauthor=False)) / "config.toml"
    try:
        return shell_path(named)
    except UnknownHome as error:
        raise SettingsError(f"HIGHLIGHT_CONFIG: {error}") from None


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return Settings.model_fields[name].alias or f"HIGHLIGHT_{name.upper()}"


def settings_table() -> str:
    """The settings as a Markdown table; the README carries it, a test compares the two."""
    rows = [
        f"| `{variable(name)}` | {_default_text(name)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(["| variable | default | what it sets |", "|---|---|---|", *rows])


_DEFAULT_TEXTS = {
    "home": "the platform's data folder",
    "output_dir": "`Highlights` in the platform's videos folder",
    "media_roots": "the home folder and the working folder",
}


def _default_text(name: str) -> str:
    if name in _DEFAULT_TEXTS:
        return _DEFAULT_TEXTS[name]
    default = Settings.model_fields[name].default
    return "none" if default is None else f"`{default}`"


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
        raise SettingsError(f"The settings file {path} cannot be read: {error}. Correct it or remove it.") from None


def _explain(error: ValidationError, layers: list[tuple[str, dict[str, Any]]]) -> str:
    lines = []
    for problem in error.errors():
        key = str(problem["loc"][0]) if problem["loc"] else ""
        name = next((n for n, f in Settings.model_fields.items() if key in (n, f.alias)), key)
        source = next((text for text, layer in reversed(layers) if name in layer), "the settings")
        if problem["type"] == "extra_forbidden":
            known = ", ".join(Settings.model_fields)
            lines.append(f"{source} sets {name!r}, which is not a setting. Settings are: {known}.")
        else:
            value = "" if "token" in name or name == "reader_key" else f" = {problem['input']!r}"
            lines.append(f"{source} sets {variable(name)}{value}: {fault_of(problem)}.")
    return " ".join(lines)


def folder_of(settings: Settings, person: str) -> Path:
    """The data directory of a person."""
    return settings.home / USERS / person if person else settings.home


def people_with_folders(settings: Settings) -> list[str]:
    """Everybody who has, or had, a data directory here."""
    try:
        return sorted(each.name for each in (settings.home / USERS).iterdir() if each.is_dir())
    except OSError:
        return []
