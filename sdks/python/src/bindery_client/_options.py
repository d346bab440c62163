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
    """The options after checking, with every default filled in."""

    issuer: str
    client_id: str
    #: The secret in use and, during a rotation, the next one.
    client_secrets: Tuple[str, ...] = field(repr=False)
    organization_id: str
    tenant_header: str
    token_url: Optional[str]
    scope: Optional[str]
    timeout_seconds: float
    now: Callable[[], float]
    random: Callable[[], float]


def wrong(message: str) -> BinderyClientError:
    """An error at the start; it repeats no value, since any of them could be a secret in the wrong place."""
    return BinderyClientError("configuration_wrong", message)


def safe_url(text: object) -> Optional[SplitResult]:
    """A URL to which secrets and tokens may go: https, or http on this machine's loopback; None for any other."""
    # Where parsers disagree about a character, a secret could go to another host than the one that was looked at.
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
    """Whether the URL's host is this machine's loopback, by its spelling alone."""
    return _LOOPBACK.fullmatch(url.hostname or "") is not None


def check_endpoint(text: object, issuer: str, name: str) -> str:
    """A URL that may get the secret: as safe as the issuer's own."""
    url = safe_url(text)
    downgrade = url is not None and url.scheme == "http" and not is_loopback(urlsplit(issuer))
    if url is None or downgrade or "#" in str(text):
        raise wrong(f"{name} must be an https URL without user, password and fragment; http is for loopback alone")
    return str(text)


def check_issuer(issuer: object) -> str:
    # RFC 8414 section 2: no query and no fragment.
    if not isinstance(issuer, str) or safe_url(issuer) is None or "?" in issuer or "#" in issuer:
        raise wrong("issuer must be an https URL without user, query and fragment; http is for loopback alone")
    return issuer


def check_credential(name: str, value: object) -> str:
    if not isinstance(value, str) or value == "":
        raise wrong(f"{name} is missing")
    if value.strip() != value:
        raise wrong(f"{name} begins or ends with white space")
    # RFC 6749 appendix A.1, A.2
    if not re.fullmatch(r"[\x20-\x7e]+", value):
        raise wrong(f"{name} has characters that no credential has")
    return value


def check_organization_id(value: object) -> str:
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise wrong("organization_id must be a lower-case UUID")
    return value


def check_tenant_header(value: object) -> str:
    if not isinstance(value, str) or not _HEADER.fullmatch(value) or value.lower() == "authorization":
        raise wrong("tenant_header must be the name of a header")
    return value


def check_scope(value: object) -> Optional[str]:
    if value is None:
        return None
    if not isinstance(value, str) or not _SCOPE.fullmatch(value):
        raise wrong("scope must be words with one space between them")
    return value


def check_timeout(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise wrong("timeout_seconds must be a number")
    if not 0 < value <= _TIMEOUT_SECONDS_MAX:
        raise wrong(f"timeout_seconds must be above 0 and at most {_TIMEOUT_SECONDS_MAX}")
    return value
