"""The settings of the service, read from environment variables that begin with ``TUNTAS_``.

Importing this module is cheap on purpose: every command reads settings, even ``--help``.
"""

from pathlib import Path
from typing import Any, Literal, NamedTuple, Self
from urllib.parse import urlsplit, urlunsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_ROOT = Path(__file__).resolve().parent.parent
DEFAULT_POLICY = "dki-2025"
PREFIX = "TUNTAS_"
UNVERSIONED = "none"
"""The deployment of workers that say no version."""

_POSTGRES_SCHEMES = {"postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg_async"}


class WrongSetting(ValueError):
    """A setting has a value that cannot be used; the message names the variable and says what to do."""


class SettingRow(NamedTuple):
    """One setting as documentation prints it."""

    variable: str
    default: str
    description: str


class Settings(BaseSettings):
    """What an operator may choose; each field is read from ``TUNTAS_<NAME>``.

    Where Temporal is, is not among them: the SDK's own variables say it (``TEMPORAL_ADDRESS``,
    ``TEMPORAL_NAMESPACE``, ``TEMPORAL_API_KEY``, ``TEMPORAL_TLS_…``, ``TEMPORAL_PROFILE``). Use
    :func:`load_settings`, which turns a wrong value into one sentence.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", validate_default=True, env_ignore_empty=True
    )

    home: Path = Field(
        default=PROJECT_ROOT / "var",
        description="Data folder: databases, logs, addresses of what runs. One stack for each folder.",
    )
    database_url: str | None = Field(
        default=None,
        description="PostgreSQL to use, as postgresql://user:password@host:5432/name. "
        "Unset: an embedded PostgreSQL in the data folder.",
    )
    database_owner_url: str | None = Field(
        default=None,
        description="The same PostgreSQL as the role that owns the tables: `up` makes and changes them. "
        "Unset: the URL above, and only triggers keep the record from change.",
    )
    policy: str | None = Field(
        default=None,
        description=f"Policy (deadlines, ladder) for new complaints. Unset: the one that the stack was "
        f"started with, else {DEFAULT_POLICY}.",
    )
    city_data: Path | None = Field(
        default=None,
        description="Folder with the city's files (organisation, categories, channels, calendar; policies in "
        "a folder of that name). Unset: the files of Jakarta that come with Tuntas.",
    )
    notify_url: str = Field(
        default="mailbox://",
        description="Where messages go: any Apprise URL, in which {to} stands for the recipient's address; "
        "mailbox:// is the mailbox in the database.",
    )
    notify_routes: Path | None = Field(
        default=None,
        description='TOML file of Apprise URLs for single units: UNIT-CODE = ["url", …]. '
        "Units that are not in it use the notify URL.",
    )
    templates: Path | None = Field(
        default=None,
        description="TOML file with a city's own words for messages: [event.audience] with subject, id or "
        "en, as in notify/templates.toml; what it leaves out stays.",
    )
    web_url: str = Field(
        default="http://localhost:8080",
        description="How others reach the web server; it stands in links of letters.",
    )
    files_url: str | None = Field(
        default=None,
        description="Where photos and documents are kept: s3://BUCKET/PREFIX?endpoint=URL&region=NAME, with "
        "keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Unset: a folder in the data folder.",
    )
    largest_photo_mb: int = Field(
        default=15, ge=1, le=100, description="Megabytes that a photo may have; a telephone's have 2 to 12."
    )
    largest_video_mb: int = Field(default=100, ge=1, le=2000, description="Megabytes that a video may have.")
    largest_pdf_mb: int = Field(default=20, ge=1, le=500, description="Megabytes that a PDF may have.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info",
        description="Least important log lines that are written: debug, info, warning or error.",
    )
    log_format: Literal["console", "json"] = Field(
        default="console", description="How log lines look on stderr: console for people, json for machines."
    )
    task_queue: str = Field(
        default="complaints",
        min_length=1,
        max_length=200,
        description="Temporal task queue that workers of complaints poll.",
    )
    deployment: str = Field(
        default="tuntas",
        pattern=r"^[A-Za-z0-9_-]{1,100}$",
        description="Temporal worker deployment that workers belong to; one for each task queue. "
        "none: workers are not versioned.",
    )
    build_id: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_.+-]{1,100}$",
        description="Build of the code that a worker runs. Unset: a digest of the code itself.",
    )
    promote: Literal["always", "first", "never"] | None = Field(
        default=None,
        description="Whether a worker that starts makes its build the current one: always, first (only when "
        "there is none) or never. Unset: always on the embedded Temporal, else first.",
    )
    boundaries: Path | None = Field(
        default=None,
        description="GeoJSON file with exact ward boundaries. Unset: the nearest reference point of a ward.",
    )
    temporal_sync: Literal["full", "normal"] = Field(
        default="full",
        description="How safe the embedded Temporal writes: full survives a power cut, normal is a third "
        "faster and survives only crashes of programs.",
    )

    worker_metrics: str | None = Field(
        default=None,
        description="HOST:PORT at which the worker answers /healthz, /readyz and /metrics. Unset: a free "
        "port of this machine only; `status` shows it.",
    )
    web_metrics: str | None = Field(
        default=None, description="The same of the web server, apart from the port that others reach."
    )
    keys: str | None = Field(
        default=None,
        description="The key ring that what is personal is sealed with: file:PATH, env:VARIABLE, or "
        "kms:MODULE:FUNCTION for a service. Unset: keys.toml in the data folder, made by `up`.",
    )
    retention_days: int | None = Field(
        default=1825,
        ge=30,
        description="Days after its closing for which a complaint keeps what is personal; then it is erased.",
    )
    codec_origins: str | None = Field(
        default=None,
        description="Origins of Temporal's screens that may ask the codec server, separated by commas, such "
        "as https://temporal.example. Unset: those of the embedded Temporal.",
    )
    second_factor: Literal["optional", "operators", "everybody"] = Field(
        default="optional",
        description="Who has to set up a code beside the password before anything opens: optional (nobody "
        "has to), operators or everybody.",
    )
    local_sign_in: bool = Field(
        default=True,
        description="Whether people may sign in with a password; false once all come by OpenID Connect.",
    )
    oidc_issuer: str | None = Field(
        default=None,
        description="Issuer of the OpenID Connect provider by which people may sign in, such as "
        "https://sso.example/realms/city. Unset: by password only. Names must be accounts already.",
    )
    oidc_client_id: str | None = Field(default=None, description="What the provider calls Tuntas.")
    oidc_client_secret: SecretStr | None = Field(
        default=None,
        description="Secret that the provider knows us by. Unset: a public client, with PKCE only.",
    )
    oidc_claim: str = Field(
        default="preferred_username",
        min_length=1,
        description="Claim of the ID token that is the name of the account, such as email.",
    )
    oidc_name: str = Field(
        default="SSO", min_length=1, max_length=40, description="What the button calls it."
    )
    basemap: str | None = Field(
        default=None,
        description="Address of map tiles, such as https://tiles.example/{z}/{x}/{y}.png, to show "
        "under the wards. Unset: no request goes to anywhere else.",
    )
    smtp_listen: str | None = Field(
        default=None,
        description="HOST:PORT on which `mail-in` takes mail by SMTP. Unset: it does not listen.",
    )
    imap_url: SecretStr | None = Field(
        default=None,
        description="Mailbox from which `mail-in` fetches, as imaps://user:password@host:993/INBOX. "
        "Unset: it fetches none.",
    )
    mail_addresses: str = Field(
        default="",
        description="Our own addresses, separated by commas: SMTP takes mail for these only, and a mail "
        "from one of them is a loop. Unset: SMTP takes mail for every address.",
    )
    inbox_category: str = Field(
        default="lainnya",
        description="Category of complaints that arrive by mail or messenger, until somebody sorts them.",
    )
    hooks: Path | None = Field(
        default=None,
        description="TOML file with the secrets of messengers that post to /hooks; its form is in "
        "docs/channels-messaging.md. Unset: none may.",
    )
    webhooks_allow_private: bool = Field(
        default=False,
        description="Whether webhooks may go to private and loopback addresses: for a closed network only.",
    )

    @field_validator("home", "notify_routes", "boundaries", "hooks")
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        """Relative paths are meant from where the command is given, not from where a child later runs."""
        return None if path is None else Path(path).expanduser().absolute()

    @field_validator("log_level", "log_format", "temporal_sync", "promote", "second_factor", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.strip().lower() if isinstance(value, str) else value

    @field_validator("database_url", "database_owner_url")
    @classmethod
    def _psycopg(cls, url: str | None) -> str | None:
        return None if url is None else normalised_database_url(url)

    @field_validator("smtp_listen", "worker_metrics", "web_metrics")
    @classmethod
    def _host_and_port(cls, where: str | None) -> str | None:
        if where is None:
            return None
        host, _, port = where.rpartition(":")
        if not host or not (port.isdecimal() and int(port) < 65536):  # noqa: PLR2004 - ports end there
            raise ValueError("is not HOST:PORT; write it as 0.0.0.0:25")
        return where

    @field_validator("oidc_issuer")
    @classmethod
    def _safe_issuer(cls, url: str | None) -> str | None:
        """Plain http lets whoever is on the way sign in as anybody; on this machine nobody is."""
        parts = urlsplit(url or "https://unset")
        own = parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1", "::1"}
        if not (parts.scheme == "https" or own) or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("is not the address of a provider; write it as https://sso.example/realms/city")
        return url

    @model_validator(mode="after")
    def _can_sign_in(self) -> Self:
        if self.oidc_issuer and not self.oidc_client_id:
            raise ValueError("TUNTAS_OIDC_ISSUER needs TUNTAS_OIDC_CLIENT_ID beside it")
        if not (self.local_sign_in or self.oidc_issuer):
            raise ValueError("TUNTAS_LOCAL_SIGN_IN is false: without TUNTAS_OIDC_ISSUER nobody could sign in")
        return self

    @field_validator("keys")
    @classmethod
    def _key_ring(cls, where: str | None) -> str | None:
        kind, _, rest = (where or "").partition(":")
        if where is not None and not (kind in {"file", "env", "kms"} and rest):
            raise ValueError("does not name a key ring; write file:PATH, env:VARIABLE or kms:MODULE:FUNCTION")
        return where

    @field_validator("notify_url")
    @classmethod
    def _has_scheme(cls, url: str) -> str:
        if "://" not in url:
            raise ValueError("is not a URL; give an Apprise URL such as mailto://… or mailbox://")
        return url

    @field_validator("notify_routes", "boundaries", "hooks")
    @classmethod
    def _is_file(cls, path: Path | None) -> Path | None:
        if path is not None and not path.is_file():
            raise ValueError(f"names a file that does not exist: {path}; give an existing file or unset it")
        return path

    @field_validator("home")
    @classmethod
    def _is_no_file(cls, path: Path) -> Path:
        if path.exists() and not path.is_dir():
            raise ValueError(f"names something that is not a folder: {path}; give a folder")
        return path

    def as_environment(self) -> dict[str, str]:
        """The same settings as environment variables, for a child process."""
        return {
            f"{PREFIX}{name.upper()}": _told(value)
            for name, value in self.model_dump().items()
            if value is not None
        }

    def at_home(self, home: Path) -> Self:
        """The same settings with another data folder."""
        return self.model_copy(update={"home": home.expanduser().absolute()})


def _told(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def load_settings(**overrides: Any) -> Settings:
    """Settings from the environment, with what the caller gives taking precedence.

    Raises :class:`WrongSetting` with one sentence when a value cannot be used.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        raise WrongSetting(_sentence(error)) from None


def settings_table() -> list[SettingRow]:
    """Every setting with its variable, default and meaning, in the order in which to print them."""
    return [
        SettingRow(f"{PREFIX}{name.upper()}", _shown_default(field.default), field.description or "")
        for name, field in Settings.model_fields.items()
    ]


def normalised_database_url(url: str) -> str:
    """The URL in the form that SQLAlchemy uses with psycopg 3; raises ``ValueError`` for other databases."""
    scheme, separator, rest = url.strip().partition("://")
    if not separator or scheme.lower() not in _POSTGRES_SCHEMES:
        raise ValueError(
            "is not a PostgreSQL URL; write it as postgresql://user:password@host:5432/name, "
            "or unset it to use the embedded PostgreSQL"
        )
    return f"postgresql+psycopg://{rest}"


def without_password(url: str) -> str:
    """The URL as it may be shown: a password in it is replaced by ``***``."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username}:***@{host}"))


def _shown_default(default: object) -> str:
    if isinstance(default, Path) and default.is_relative_to(PROJECT_ROOT):
        return f"{default.relative_to(PROJECT_ROOT)}/"
    return "(unset)" if default is None else str(default)


def _sentence(error: ValidationError) -> str:
    """The first thing that pydantic found, said for an operator; the value may be a secret and stays out."""
    first = error.errors(include_url=False, include_input=False)[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    variable = f"{PREFIX}{name.upper()}"
    if first["type"] == "extra_forbidden":
        return f"There is no setting {variable}; the settings are: {', '.join(Settings.model_fields)}."
    if first["type"] == "value_error":
        return f"{variable if name else ''} {first['ctx']['error']!s}.".lstrip()
    if first["type"] == "literal_error":
        return f"{variable} must be one of {first['ctx']['expected']}; set it to one of these or unset it."
    return f"{variable} cannot be used: {first['msg'].lower()}; correct it or unset it."
