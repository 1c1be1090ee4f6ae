"""Typed readers of environment variables.

Each reader returns the value or its default. A value that cannot be meant raises
`WrongSetting`, whose text is one line with the variable, the value and what is
wanted instead. An empty variable counts as not set. Secrets are never repeated.
"""

from __future__ import annotations

import ipaddress
import os
import re
import zoneinfo
from collections.abc import Collection, Sequence
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})
DATABASE_SCHEMES = ("sqlite", "postgres", "postgresql")
BROKER_SCHEMES = ("redis", "rediss", "amqp", "amqps")
SMTP_PORTS = {"smtp": 25, "smtps": 587, "smtp+tls": 587, "smtp+ssl": 465}
EMAIL_SCHEMES = (*SMTP_PORTS, "filemail", "consolemail", "memorymail", "dummymail")


class WrongSetting(ImproperlyConfigured):
    """A setting that stops the start; its text is one line."""

    def __init__(self, name: str, value: str | None, wanted: str, *, secret: bool = False) -> None:
        """Say that `name` has `value` (None: not set) and what is `wanted`."""
        if value is None:
            text = f"{name} is not set: {wanted}"
        elif secret:
            text = f"{name} (value not shown): {wanted}"
        else:
            text = f"{name}={value!r}: {wanted}"
        super().__init__(" ".join(text.split()))
        self.name = name


def given(name: str) -> str | None:
    """Return the variable's text without surrounding space, or None when it is unset or empty."""
    return os.environ.get(name, "").strip() or None


def is_any_given(names: Collection[str]) -> bool:
    """Say whether at least one of the variables is set."""
    return any(given(name) is not None for name in names)


def text(name: str, default: str = "", *, choices: Sequence[str] = ()) -> str:
    """Return a text, one of `choices` if there are any.

    Raises:
        WrongSetting: the value is none of the choices.
    """
    value = given(name)
    if value is not None and choices and value not in choices:
        raise WrongSetting(name, value, f"must be one of {', '.join(choices)}.")
    return default if value is None else value


def flag(name: str, *, default: bool) -> bool:
    """Return a yes or no: 1, true, yes, on or 0, false, no, off, in any case.

    Raises:
        WrongSetting: the value is neither.
    """
    value = given(name)
    if value is None:
        return default
    if value.lower() in TRUE:
        return True
    if value.lower() in FALSE:
        return False
    raise WrongSetting(name, value, "must be true or false.")


def number(name: str, default: int, *, least: int, most: int) -> int:
    """Return a whole number from `least` to `most`.

    Raises:
        WrongSetting: the value is not such a number.
    """
    value = given(name)
    if value is None:
        return default
    try:
        found = int(value)
    except ValueError:
        found = least - 1
    if not least <= found <= most:
        raise WrongSetting(name, value, f"must be a whole number from {least} to {most}.")
    return found


def words(name: str, default: Sequence[str], *, choices: Collection[str] = ()) -> list[str]:
    """Return the comma-separated words, each one of `choices` if there are any.

    Raises:
        WrongSetting: a word is none of the choices.
    """
    value = given(name)
    found = list(default) if value is None else [word.strip() for word in value.split(",") if word.strip()]
    if choices and (set(found) - set(choices) or not found):
        raise WrongSetting(name, value, f"must be a comma-separated list of {', '.join(sorted(choices))}.")
    return found


def secret_key(name: str, default: str | None) -> str:
    """Return the signing key; without a default it must be given and be long.

    Raises:
        WrongSetting: it is missing, or has fewer than 50 characters or 5 different ones.
    """
    value = given(name)
    if value is None and default is not None:
        return default
    how = (
        "set 50 or more random characters, such as from: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
    )
    if value is None:
        raise WrongSetting(name, None, how)
    if len(value) < 50 or len(set(value)) < 5:
        raise WrongSetting(name, value, how, secret=True)
    return value


def split_address(name: str, value: str, schemes: Sequence[str], *, secret: bool = False) -> SplitResult:
    """Take an address with one of `schemes` apart.

    Raises:
        WrongSetting: it has another scheme or cannot be read.
    """
    wanted = f"must begin with {', '.join(scheme + '://' for scheme in schemes)}."
    try:
        parts = urlsplit(value)
        _ = parts.port  # a port that is no number shows itself only here
    except ValueError:
        raise WrongSetting(name, value, "cannot be read as an address.", secret=secret) from None
    if parts.scheme not in schemes or "://" not in value:
        raise WrongSetting(name, value, wanted, secret=secret)
    return parts


HOST = re.compile(r"\.?[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?", re.IGNORECASE)
MAILBOX = re.compile(r"[^@\s<>\"(),:;]+@[^@\s<>\"(),:;]+")


def hosts(name: str, default: Sequence[str]) -> list[str]:
    """Return the comma-separated names of hosts; ".registry.example" means those below it too.

    Raises:
        WrongSetting: one of them is no name of a host: an address with https://, a port or a path, or "*".
    """
    found = words(name, default)
    if "*" in found:
        raise WrongSetting(name, "*", "must name the hosts, such as registry.example.")
    for host in found:
        if not HOST.fullmatch(host) and not _is_ipv6(host):
            raise WrongSetting(
                name, host, "must be names of hosts without https://, port and path, such as registry.example."
            )
    return found


def _is_ipv6(host: str) -> bool:
    try:
        return host[:1] + host[-1:] == "[]" and ipaddress.ip_address(host[1:-1]).version == 6
    except ValueError:
        return False


def mail_address(name: str, default: str) -> str:
    """Return a mail address, which may have a name before it: Registry <registry@registry.example>.

    Raises:
        WrongSetting: it is none.
    """
    value = given(name)
    if value is not None and not MAILBOX.fullmatch(parseaddr(value)[1]):
        raise WrongSetting(name, value, "must be a mail address, such as registry@registry.example.")
    return default if value is None else value


def file_apart(name: str, default: Path, *, outside: Path | None, is_strict: bool) -> Path:
    """Return the path of a file that the site writes and that lies apart from the stored files.

    Args:
        outside: the folder of the stored files; None where they lie elsewhere.
        is_strict: whether its folder must be there and let the site write; where not, it is made when it is needed.

    Raises:
        WrongSetting: it is relative, a folder, inside of the stored files, or cannot be written.
    """
    value = given(name)
    path = default if value is None else Path(value)
    if not path.is_absolute():
        raise WrongSetting(name, value, "must be the absolute path of a file.")
    if path.is_dir():
        raise WrongSetting(name, str(path), "is a folder; a file is wanted.")
    if outside is not None and path.resolve().is_relative_to(outside.resolve()):
        raise WrongSetting(name, str(path), f"must lie outside of the stored files in {outside}.")
    if not is_strict:
        return path
    if not path.parent.is_dir():
        raise WrongSetting(name, str(path), f"the folder {path.parent} does not exist.")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise WrongSetting(name, str(path), "cannot be written by the user that runs the site.")
    return path


def site_url(name: str, default: str | None) -> str:
    """Return the public address of the site, without a slash at its end.

    Plain http is taken for this machine only (localhost, 127.0.0.1, ::1).

    Raises:
        WrongSetting: it is missing, has a path, or is http on another host.
    """
    value = given(name) or default
    if value is None:
        raise WrongSetting(name, None, "set the public address, such as https://registry.example.")
    parts = split_address(name, value, ("https", "http"))
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        raise WrongSetting(name, value, "must be scheme and host only, such as https://registry.example.")
    if parts.scheme == "http" and not is_local(parts.hostname):
        raise WrongSetting(name, value, "must begin with https:// unless the host is localhost.")
    return value.rstrip("/")


def is_local(host: str) -> bool:
    """Say whether a host name means this machine."""
    return host == "localhost" or host.endswith(".localhost") or host in {"127.0.0.1", "::1"}


def time_zone(name: str, default: str) -> str:
    """Return the name of a time zone.

    Raises:
        WrongSetting: there is no such zone.
    """
    value = given(name) or default
    try:
        zoneinfo.ZoneInfo(value)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        raise WrongSetting(name, value, "must be a time zone such as Europe/Athens.") from None
    return value


def networks(name: str) -> list[Network]:
    """Return the comma-separated addresses and networks.

    Raises:
        WrongSetting: one of them is neither.
    """
    found = []
    for word in words(name, []):
        try:
            found.append(ipaddress.ip_network(word, strict=False))
        except ValueError:
            raise WrongSetting(name, word, "must be addresses or networks such as 10.0.0.0/8.") from None
    return found


def database(name: str, default: str) -> dict[str, Any]:
    """Return Django's description of the database at a sqlite:// or postgres:// address.

    Raises:
        WrongSetting: another scheme, no database named, or a folder that is missing.
    """
    value = given(name) or default
    if value == "sqlite://:memory:":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
    parts = split_address(name, value, DATABASE_SCHEMES, secret=True)
    found: dict[str, Any] = environ.Env.db_url_config(value)
    if parts.scheme == "sqlite":
        file = Path(found["NAME"])
        if found["NAME"] != ":memory:" and not file.parent.is_dir():
            raise WrongSetting(name, value, f"the folder {file.parent} does not exist.")
    elif not found["NAME"]:
        raise WrongSetting(name, value, "must name a database after the last slash.", secret=True)
    return found


def email(name: str, default: str | None) -> dict[str, Any]:
    """Return Django's mail settings (EMAIL_BACKEND, EMAIL_HOST, …) for an address such as smtp+tls://user:password@host:587.

    Raises:
        WrongSetting: it is missing, has another scheme or lacks the host.
    """
    value = given(name) or default
    if value is None:
        raise WrongSetting(name, None, "set the mail server, such as smtp+tls://user:password@mail.example:587.")
    parts = split_address(name, value, EMAIL_SCHEMES, secret=True)
    if parts.scheme in SMTP_PORTS and not parts.hostname:
        raise WrongSetting(name, value, "must name a host, such as smtp://mail.example:25.", secret=True)
    if parts.scheme == "filemail" and not parts.path.startswith("//"):
        raise WrongSetting(name, value, "must name a folder after four slashes, such as filemail:////srv/mail.")
    found: dict[str, Any] = environ.Env.email_url_config(value)
    if parts.scheme in SMTP_PORTS:
        found["EMAIL_PORT"] = found["EMAIL_PORT"] or SMTP_PORTS[parts.scheme]
    return {key: setting for key, setting in found.items() if setting}


def broker(name: str, *, is_wanted: bool) -> str:
    """Return the address of the broker of background work; "" where none is wanted.

    Raises:
        WrongSetting: it is wanted and missing, has another scheme or lacks the host.
    """
    value = given(name)
    if value is None:
        if is_wanted:
            raise WrongSetting(name, None, "TASKS=celery needs it, such as redis://127.0.0.1:6379/1 or amqp://host.")
        return ""
    parts = split_address(name, value, BROKER_SCHEMES, secret=True)
    if not parts.hostname:
        raise WrongSetting(name, value, "must name a host, such as redis://127.0.0.1:6379/1.", secret=True)
    return value if is_wanted else ""


def folder(name: str, default: Path) -> Path:
    """Return the folder of a file:// address or path; it need not exist yet.

    Raises:
        WrongSetting: it has another scheme, is relative, or is a file.
    """
    value = given(name)
    if value is None:
        return default
    wanted = "must be an absolute path, file:///path or s3://key:secret@host/bucket."
    if "://" in value and not value.startswith("file:///"):
        raise WrongSetting(name, value, wanted, secret=True)
    path = Path(value.removeprefix("file://"))
    if not path.is_absolute():
        raise WrongSetting(name, value, wanted, secret="@" in value)
    if path.exists() and not path.is_dir():
        raise WrongSetting(name, value, "is a file; a folder is wanted.")
    return path


def bucket(name: str) -> dict[str, Any] | None:
    """Return the options of an S3-compatible store at s3://key:secret@host/bucket; None where it is no such address.

    `?region=` names its region (us-east-1), `?prefix=` a folder in the bucket, `?tls=false` speaks plain http, for this
    machine or a network of its own. A sign such as / in key or secret is written %2F.

    Raises:
        WrongSetting: host, bucket, key or secret is missing, or it says something else that is not known.
    """
    value = given(name)
    if value is None or not value.startswith("s3://"):
        return None
    parts = split_address(name, value, ("s3",), secret=True)
    wanted = "must be like s3://key:secret@host/bucket, with ?region=, prefix= or tls=false where needed."
    said = dict(parse_qsl(parts.query))
    place = parts.path.strip("/")
    if not (parts.hostname and parts.username and parts.password and place) or "/" in place or parts.fragment:
        raise WrongSetting(name, value, wanted, secret=True)
    if said.keys() - {"region", "prefix", "tls"} or said.get("tls", "true") not in TRUE | FALSE:
        raise WrongSetting(name, value, wanted, secret=True)
    scheme = "https" if said.get("tls", "true") in TRUE else "http"
    return {
        "endpoint_url": f"{scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else ""),
        "access_key": unquote(parts.username),
        "secret_key": unquote(parts.password),
        "bucket_name": place,
        "region_name": said.get("region", "us-east-1"),
        "location": said.get("prefix", "").strip("/"),
    }
