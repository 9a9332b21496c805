"""The environment, read once into one frozen `Config`. A bad value stops the start with a line that names it."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from functools import cache
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, urlsplit

from dotenv import dotenv_values


class BadConfig(ValueError):
    """A variable of the environment holds a value that cannot be used; the message names it."""


@dataclass(frozen=True)
class Config:
    """Everything an operator may set; the meaning of each is in the README's table of variables."""

    host: str
    port: int
    base_url: str
    data_dir: Path
    database_url: str
    redis_url: str
    workers: int
    secret_key: str
    admin_email: str
    admin_password: str
    smtp_url: str
    mail_from: str
    llm_url: str
    llm_api_key: str
    llm_model: str
    slack_api_url: str
    slack_client_id: str
    slack_client_secret: str
    slack_signing_secret: str
    slack_app_token: str
    allow_private_urls: bool
    trusted_proxy_hops: int
    demo: bool

    @property
    def origin(self) -> str:
        """Scheme, host and port of the public URL, as a browser sends it in `Origin`."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def origins(self) -> tuple[str, ...]:
        """The origins whose pages may open a socket; a loopback name stands for its other spellings too."""
        parts = urlsplit(self.base_url)
        if parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            return (self.origin,)
        port = f":{parts.port}" if parts.port else ""
        return tuple(f"{parts.scheme}://{host}{port}" for host in ("localhost", "127.0.0.1", "[::1]"))

    @property
    def secure(self) -> bool:
        """Whether cookies may travel over HTTPS only."""
        return self.base_url.startswith("https://")


@cache
def config() -> Config:
    """The process's configuration: `.env` first, the real environment over it."""
    return read({**{k: v or "" for k, v in dotenv_values(".env").items()}, **os.environ})


def read(env: Mapping[str, str]) -> Config:
    """Turn variables into a `Config`; creates the data directory and its secret. Raises `BadConfig`."""
    host = _text(env, "HOST", "127.0.0.1")
    port = _whole(env, "PORT", 8000, low=1, high=65535)
    data_dir = _made(Path(_text(env, "DATA_DIR", "data")).expanduser().resolve())
    made = Config(
        host=host,
        port=port,
        base_url=_base_url(env, _own_url(host, port)),
        data_dir=data_dir,
        database_url=_text(env, "DATABASE_URL", f"sqlite:///{data_dir / 'handoff.db'}"),
        redis_url=_redis(env),
        workers=_whole(env, "WORKERS", 1, low=1, high=64),
        secret_key=_text(env, "SECRET_KEY", "") or _kept_secret(data_dir),
        admin_email=_text(env, "ADMIN_EMAIL", ""),
        admin_password=env.get("HANDOFF_ADMIN_PASSWORD", ""),
        smtp_url=_smtp(env),
        mail_from=_mail_from(env),
        llm_url=_url(env, "LLM_URL", "") if _text(env, "LLM_URL", "") else "",
        llm_api_key=_text(env, "LLM_API_KEY", ""),
        llm_model=_text(env, "LLM_MODEL", ""),
        slack_api_url=_url(env, "SLACK_API_URL", "https://slack.com/api") + "/",
        slack_client_id=_text(env, "SLACK_CLIENT_ID", ""),
        slack_client_secret=_text(env, "SLACK_CLIENT_SECRET", ""),
        slack_signing_secret=_text(env, "SLACK_SIGNING_SECRET", ""),
        slack_app_token=_text(env, "SLACK_APP_TOKEN", ""),
        allow_private_urls=_flag(env, "ALLOW_PRIVATE_URLS", False),
        trusted_proxy_hops=_whole(env, "TRUSTED_PROXY_HOPS", 0, low=0, high=10),
        demo=_flag(env, "DEMO", True),
    )
    _refuse_what_cannot_run(made)
    return made


def _refuse_what_cannot_run(made: Config) -> None:
    if len(made.secret_key) < 32:
        raise BadConfig("HANDOFF_SECRET_KEY must have at least 32 characters.")
    if made.workers > 1 and not (made.redis_url and made.database_url.startswith("postgresql")):
        raise BadConfig("HANDOFF_WORKERS above 1 needs HANDOFF_DATABASE_URL (PostgreSQL) and HANDOFF_REDIS_URL.")
    if made.workers > 1:
        raise BadConfig("HANDOFF_WORKERS must be 1: bells do not ring from one process to another yet.")
    if not made.database_url.startswith(("sqlite:///", "postgresql://")):
        raise BadConfig("HANDOFF_DATABASE_URL must begin with sqlite:/// or postgresql://.")
    if bool(made.llm_url) != bool(made.llm_model):
        raise BadConfig("HANDOFF_LLM_URL and HANDOFF_LLM_MODEL are set together or not at all.")
    if bool(made.slack_client_id) != bool(made.slack_client_secret):
        raise BadConfig("HANDOFF_SLACK_CLIENT_ID and HANDOFF_SLACK_CLIENT_SECRET are set together or not at all.")
    if made.slack_app_token and not made.slack_app_token.startswith("xapp-"):
        raise BadConfig("HANDOFF_SLACK_APP_TOKEN must start with xapp-; a bot token is connected in the browser.")
    if bool(made.admin_email) != bool(made.admin_password):
        raise BadConfig("HANDOFF_ADMIN_EMAIL and HANDOFF_ADMIN_PASSWORD are set together or not at all.")


def _own_url(host: str, port: int) -> str:
    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::", "::1") else host
    return f"http://{shown}:{port}"


def _made(data_dir: Path) -> Path:
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadConfig(f"HANDOFF_DATA_DIR {data_dir} cannot be used: {error.strerror}.") from error
    return data_dir


def _kept_secret(data_dir: Path) -> str:
    """Generated once; readable by its owner alone."""
    file = data_dir / "secret_key"
    try:
        file.touch(mode=0o600, exist_ok=False)
        file.write_text(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    except OSError as error:
        raise BadConfig(f"HANDOFF_DATA_DIR {data_dir} cannot be written: {error.strerror}.") from error
    return file.read_text().strip()


def _text(env: Mapping[str, str], name: str, default: str) -> str:
    return env.get(f"HANDOFF_{name}", "").strip() or default


def _flag(env: Mapping[str, str], name: str, default: bool) -> bool:
    value = _text(env, name, "1" if default else "0").lower()
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    raise BadConfig(f"HANDOFF_{name} must be true or false, not {value!r}.")


def _whole(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    value = _text(env, name, str(default))
    if not value.isdecimal() or not low <= int(value) <= high:
        raise BadConfig(f"HANDOFF_{name} must be a whole number from {low} to {high}, not {value!r}.")
    return int(value)


def _parts(url: str) -> SplitResult | None:
    """The parts of an address with a host and a port that may be; None if it has none."""
    try:
        parts = urlsplit(url)
        return parts if parts.hostname and parts.port != 0 else None  # asking for the port judges it
    except ValueError:
        return None


def _url(env: Mapping[str, str], name: str, default: str) -> str:
    value = _text(env, name, default).rstrip("/")
    parts = _parts(value)
    if parts is None or parts.scheme not in ("http", "https"):
        raise BadConfig(f"HANDOFF_{name} must be an http:// or https:// address, not {value!r}.")
    return value


def _base_url(env: Mapping[str, str], default: str) -> str:
    value = _url(env, "BASE_URL", default)
    if any(urlsplit(value)[2:]):
        raise BadConfig(f"HANDOFF_BASE_URL must end after the host and the port, without a path, not {value!r}.")
    return value


def _redis(env: Mapping[str, str]) -> str:
    value = _text(env, "REDIS_URL", "")
    parts = _parts(value)
    if value and (parts is None or parts.scheme not in ("redis", "rediss")):
        raise BadConfig(f"HANDOFF_REDIS_URL must look like redis://host:6379/0, not {value!r}.")
    return value


def _mail_from(env: Mapping[str, str]) -> str:
    value = _text(env, "MAIL_FROM", "Handoff <handoff@localhost>")
    name, at, host = parseaddr(value)[1].rpartition("@")
    if not (name and at and host) or " " in name + host:
        raise BadConfig(f"HANDOFF_MAIL_FROM must look like Handoff <handoff@example.com>, not {value!r}.")
    return value


def _smtp(env: Mapping[str, str]) -> str:
    value = _text(env, "SMTP_URL", "")
    if not value:
        return ""
    parts = _parts(value)
    if parts is None or parts.scheme not in ("smtp", "smtps"):
        raise BadConfig("HANDOFF_SMTP_URL must look like smtp://user:password@host:port.")
    if parse_qs(parts.query).get("starttls", ["1"])[0] not in ("0", "1"):
        raise BadConfig("HANDOFF_SMTP_URL may end in ?starttls=1 or ?starttls=0.")
    return value
