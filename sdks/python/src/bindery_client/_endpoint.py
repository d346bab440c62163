from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Callable, Dict, Mapping, Optional, TypeVar, cast

import requests

from ._errors import BinderyClientError, Details, ErrorCode

_RESPONSE_BYTES_MAX = 65_536
_ATTEMPTS_MAX = 3
#: The longest Retry-After, in seconds, that is waited for; a longer one is an error at once.
RETRY_AFTER_SECONDS_MAX = 10
_RETRYABLE = {"endpoint_unreachable", "endpoint_unavailable", "rate_limited"}
_OAUTH_ERRORS = {
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
    "invalid_target",
}
#: No proxy for requests to this machine.
NO_PROXIES = {"http": "", "https": "", "all": ""}

Value = TypeVar("Value")


@dataclass(frozen=True, repr=False)
class EndpointResponse:
    """A successful response of the issuer: a JSON object."""

    json: Dict[str, Any]
    details: Details


@dataclass(frozen=True, repr=False)
class EndpointRequest:
    """One request to the issuer; errors call its endpoint ``name``."""

    name: str
    method: str
    url: str
    authorization: Optional[str] = None
    form: Optional[Mapping[str, str]] = None


@dataclass(frozen=True, repr=False)
class _RawResponse:
    status: int
    headers: Mapping[str, str]
    body: Optional[bytes]


def send_request(request: EndpointRequest, timeout_seconds: float, now: Callable[[], float]) -> EndpointResponse:
    """Sends one request to the issuer; anything but a JSON object with status 200 becomes an error."""
    name = request.name
    deadline = time.monotonic() + timeout_seconds
    raw: Optional[_RawResponse] = None
    timed_out = False
    try:
        raw = _send(request, timeout_seconds, deadline)
    except requests.RequestException as error:
        timed_out = isinstance(error, requests.Timeout) or time.monotonic() >= deadline
    # Raised outside of `except`: otherwise the error would carry the request, and with it the secret, as its context.
    if timed_out:
        raise BinderyClientError("endpoint_timeout", f"{name} did not respond in time")
    if raw is None:
        raise BinderyClientError("endpoint_unreachable", f"{name} is unreachable")
    details = _details(raw, now)
    if 300 <= raw.status < 400:
        raise BinderyClientError("endpoint_redirects", f"{name} redirects, which is not followed", details)
    if raw.status == 429:
        raise BinderyClientError("rate_limited", f"{name} received too many requests", details)
    if raw.status >= 500:
        raise BinderyClientError("endpoint_unavailable", f"{name} is unavailable", details)
    body = _parse_object(raw.body)
    if raw.status == 200 and body is not None:
        return EndpointResponse(body, details)
    refusal = body.get("error") if body is not None else None
    if isinstance(refusal, str) and refusal in _OAUTH_ERRORS:
        raise BinderyClientError(cast(ErrorCode, refusal), f"{name} refused the request: {refusal}", details)
    raise malformed(name, "an unexpected response", details)


def malformed(name: str, what: str, details: Details) -> BinderyClientError:
    """The error for a response that does not contain what it must."""
    return BinderyClientError("answer_malformed", f"{name} returned {what}", details)


def attempt(random: Callable[[], float], once: Callable[[], Value]) -> Value:
    """Makes up to three attempts, with pauses between them; only failures that may be temporary are retried."""
    for attempts in range(1, _ATTEMPTS_MAX):
        try:
            return once()
        except BinderyClientError as error:
            pause = _pause_after(error, attempts, random)
            if pause is None:
                raise
        time.sleep(pause)
    return once()


def _pause_after(error: BinderyClientError, attempts: int, random: Callable[[], float]) -> Optional[float]:
    if error.code not in _RETRYABLE:
        return None
    seconds = error.retry_after_seconds
    if seconds is not None:
        return float(seconds) if seconds <= RETRY_AFTER_SECONDS_MAX else None
    return (0.25, 0.5, 1.0)[attempts] * (0.5 + random() / 2)


def _send(request: EndpointRequest, timeout_seconds: float, deadline: float) -> _RawResponse:
    def authorize(prepared: requests.PreparedRequest) -> requests.PreparedRequest:
        if request.authorization is not None:
            prepared.headers["Authorization"] = request.authorization
        return prepared

    # A new session for each of these rare requests: nothing is shared between threads, or after a fork.
    with requests.Session() as session:
        response = session.request(
            request.method,
            request.url,
            data=request.form,
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
            # Also without a header to set: it keeps out credentials from a .netrc file.
            auth=authorize,
            allow_redirects=False,
            stream=True,
            timeout=timeout_seconds,
            proxies=NO_PROXIES if request.url.startswith("http:") else None,
        )
        with response:
            return _RawResponse(response.status_code, dict(response.headers.lower_items()), _read(response, deadline))


def _read(response: requests.Response, deadline: float) -> Optional[bytes]:
    """The body, or None if it is longer than any response of a token endpoint."""
    body = bytearray()
    # Byte by byte, because a larger chunk would be waited for as a whole; the layer below is buffered.
    for piece in response.iter_content(1):
        body += piece
        if len(body) > _RESPONSE_BYTES_MAX:
            return None
        if time.monotonic() >= deadline:
            raise requests.Timeout
    return bytes(body)


def _parse_object(body: Optional[bytes]) -> Optional[Dict[str, Any]]:
    if body is None:
        return None
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _details(raw: _RawResponse, now: Callable[[], float]) -> Details:
    request_id = raw.headers.get("x-request-id", "")
    return Details(
        status=raw.status,
        request_id=request_id if re.fullmatch(r"[\w.:-]{1,128}", request_id, re.ASCII) else None,
        retry_after_seconds=parse_retry_after(raw.headers.get("retry-after"), now()),
    )


def parse_retry_after(value: Optional[str], now: float) -> Optional[int]:
    """RFC 9110 section 10.2.3: seconds, or a date; None for anything else."""
    if value is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}", value):
        return int(value)
    try:
        return max(0, int(parsedate_to_datetime(value).timestamp() - now + 0.999))
    except (TypeError, ValueError, OverflowError):
        return None
