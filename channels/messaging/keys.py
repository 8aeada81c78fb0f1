"""The secrets of the messengers that may post to us, from a file that only the service reads."""

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from channels.bad_input import sentence

Secret = Annotated[SecretStr, Field(min_length=16, max_length=256)]
"""16 characters at least: nobody guesses it."""


class BadKeys(ValueError):
    """The file of secrets cannot be used; the message says why, without any of them."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WhatsApp(_Part):
    """Meta's app secret, and the verify token that we chose; the channel its messages come through."""

    app_secret: Secret
    verify_token: Secret
    channel: str = "sms-wa"


class Telegram(_Part):
    """The secret token that we gave with setWebhook; the channel its messages come through."""

    secret_token: Secret
    channel: str = "sms-wa"


class Keys(_Part):
    """Who may post: WhatsApp, Telegram, and channels that use our own form, each with its secrets."""

    whatsapp: WhatsApp | None = None
    telegram: Telegram | None = None
    generic: dict[str, Annotated[tuple[Secret, ...], Field(min_length=1, max_length=4)]] = {}

    @classmethod
    def load(cls, path: Path) -> "Keys":
        """Reads the file. Raises ``BadKeys``."""
        try:
            return cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except OSError as error:
            raise BadKeys(f"The secrets in {path} cannot be read: {error.strerror}.") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError):
            raise BadKeys(f"The secrets in {path} are not valid TOML.") from None
        except ValidationError as error:
            raise BadKeys(f"The secrets in {path} are not valid: {sentence(error)}") from None

    def channels(self) -> set[str]:
        """Every channel that is named."""
        named = {part.channel for part in (self.whatsapp, self.telegram) if part}
        return named | set(self.generic)
