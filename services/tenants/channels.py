"""What a valid channel account is, and its secrets: checked when set, sealed when stored."""

import re
import secrets
import uuid
from dataclasses import dataclass

from services.common.development_secrets import is_for_development
from services.common.errors import bad
from services.tenants.crypto import SecretBox

# Telegram writes "<bot id>:<35 characters>"; shorter ones are for development against a simulator.
_BOT_TOKENS = {"telegram": re.compile(r"\d+:[A-Za-z0-9_-]{10,200}", re.ASCII)}
# Telegram's own rule for secret_token of setWebhook.
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


@dataclass(frozen=True, slots=True)
class Secrets:
    """What proves us to the channel and the channel to us, in clear. Never logged."""

    bot_token: str
    webhook_secret: str

    def __repr__(self) -> str:
        return "Secrets(…)"


def checked_channel(channel: str) -> str:
    if channel not in _BOT_TOKENS:
        raise bad("channel", "UNKNOWN_CHANNEL", f"is {channel[:40]!r}", ", ".join(sorted(_BOT_TOKENS)))
    return channel


def refuse_development_secrets(bot_token: str, webhook_secret: str) -> None:
    """Anybody can read them in the repository, and so write to the webhook as if they were the channel."""
    for field, secret in (("bot_token", bot_token), ("webhook_secret", webhook_secret)):
        if is_for_development(secret):
            raise bad(field, "DEVELOPMENT_SECRET", "is a development secret, and this is not development", "your own")


def checked_secrets(channel: str, bot_token: str, webhook_secret: str, held: Secrets | None) -> Secrets:
    """The secrets to hold: an empty one keeps what is held, a missing webhook secret becomes 256 random bits.

    Errors never show a secret.
    """
    token = bot_token or (held.bot_token if held else "")
    if not token:
        raise bad("bot_token", "REQUIRED", "is empty and none is stored yet", "the token that the channel gave")
    if not _BOT_TOKENS[channel].fullmatch(token):
        valid = "digits, a colon, then 10 or more of A-Z a-z 0-9 _ -, as BotFather prints it"
        raise bad("bot_token", "BAD_BOT_TOKEN", "does not look like a token of this channel", valid)
    secret = webhook_secret or (held.webhook_secret if held else secrets.token_urlsafe(32))
    if not _WEBHOOK_SECRET.fullmatch(secret):
        valid = "1 to 256 characters of A-Z a-z 0-9 _ -"
        raise bad("webhook_secret", "BAD_WEBHOOK_SECRET", "has other characters or a wrong length", valid)
    return Secrets(token, secret)


@dataclass(frozen=True, slots=True)
class SealedSecrets:
    """The same encrypted for one account of one tenant."""

    bot_token: bytes
    webhook_secret: bytes

    @classmethod
    def seal(cls, box: SecretBox, tenant_id: str, account_id: uuid.UUID, clear: Secrets) -> "SealedSecrets":
        return cls(
            box.encrypt(clear.bot_token, tenant_id, str(account_id), "bot_token"),
            box.encrypt(clear.webhook_secret, tenant_id, str(account_id), "webhook_secret"),
        )

    def open(self, box: SecretBox, tenant_id: str, account_id: uuid.UUID) -> Secrets:
        """Raises UndecryptableError."""
        return Secrets(
            box.decrypt(self.bot_token, tenant_id, str(account_id), "bot_token"),
            box.decrypt(self.webhook_secret, tenant_id, str(account_id), "webhook_secret"),
        )

    def is_current(self, box: SecretBox) -> bool:
        """Whether both are encrypted with the key that encrypts now."""
        return box.is_current(self.bot_token) and box.is_current(self.webhook_secret)
