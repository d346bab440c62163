from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Callable, Optional, Tuple
from urllib.parse import SplitResult, urlsplit

from ._errors import BinderyClientError

_TIMEOUT_SECONDS_MAX = 300
_LOOPBACK = re.compile(r"localhost|::1|127(\.\d{1,3}){3}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# RFC 6749 section 3.3
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*")


@dataclass(frozen=True)
class Policy:
    """The validated options with their defaults."""

    issuer: str
    client_id: str
    #: The current secret and, during a rotation, the next one.
    client_secrets: Tuple[str, ...] = field(repr=False)
    organization_id: str
    tenant_header: str
    token_url: Optional[str]
    scope: Optional[str]
    timeout_seconds: float
    now: Callable[[], float]
    random: Callable[[], float]


def wrong(message: str) -> BinderyClientError:
    """The error for an invalid option. It repeats no value, because any could be a secret in the wrong place."""
    return BinderyClientError("configuration_wrong", message)


def safe_url(text: object) -> Optional[SplitResult]:
    """A URL that secrets and tokens may be sent to: https, or http on loopback; None for any other."""
    # Where URL parsers disagree about a character, a secret could go to another host than the one checked here.
    if not isinstance(text, str) or re.search(r"[\x00-\x20\x7f\\]", text):
        return None
    try:
        url = urlsplit(text)
        host, _ = url.hostname, url.port
    except ValueError:
        return None
    if not host or "@" in url.netloc:
        return None
    return url if url.scheme == "https" or (url.scheme == "http" and is_loopback(url)) else None


def is_loopback(url: SplitResult) -> bool:
    """Whether the URL's host is loopback, judged by its spelling: no name is resolved."""
    return _LOOPBACK.fullmatch(url.hostname or "") is not None


def check_endpoint(text: object, issuer: str, name: str) -> str:
    """A URL that the secret may be sent to: as safe as the issuer's own."""
    url = safe_url(text)
    downgrade = url is not None and url.scheme == "http" and not is_loopback(urlsplit(issuer))
    if url is None or downgrade or "#" in str(text):
        raise wrong(f"{name} must be an https URL without user name, password or fragment (http on loopback only)")
    return str(text)


def check_issuer(issuer: object) -> str:
    # RFC 8414 section 2: no query and no fragment.
    if not isinstance(issuer, str) or safe_url(issuer) is None or "?" in issuer or "#" in issuer:
        raise wrong("issuer must be an https URL without user name, query or fragment (http on loopback only)")
    return issuer


def check_credential(name: str, value: object) -> str:
    if not isinstance(value, str) or value == "":
        raise wrong(f"{name} is missing")
    if value.strip() != value:
        raise wrong(f"{name} begins or ends with whitespace")
    # RFC 6749 appendix A.1, A.2
    if not re.fullmatch(r"[\x20-\x7e]+", value):
        raise wrong(f"{name} contains invalid characters")
    return value


def check_organization_id(value: object) -> str:
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise wrong("organization_id must be a lower-case UUID")
    return value


def check_tenant_header(value: object) -> str:
    if not isinstance(value, str) or not _HEADER.fullmatch(value) or value.lower() == "authorization":
        raise wrong("tenant_header must be a header name other than authorization")
    return value


def check_scope(value: object) -> Optional[str]:
    if value is None:
        return None
    if not isinstance(value, str) or not _SCOPE.fullmatch(value):
        raise wrong("scope must be scopes separated by single spaces")
    return value


def check_timeout(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise wrong("timeout_seconds must be a number")
    if not 0 < value <= _TIMEOUT_SECONDS_MAX:
        raise wrong(f"timeout_seconds must be above 0 and at most {_TIMEOUT_SECONDS_MAX}")
    return value
