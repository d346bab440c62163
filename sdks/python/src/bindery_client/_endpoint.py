from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Callable, Dict, Mapping, Optional, TypeVar, cast

import requests

from ._errors import BinderyClientError, ErrorCode, Facts

_ANSWER_BYTES_MAX = 65_536
_ATTEMPTS_MAX = 3
#: The longest Retry-After, in seconds, that is waited for; a longer one is an error at once.
RETRY_AFTER_SECONDS_MAX = 10
_REPEATABLE = {"endpoint_unreachable", "endpoint_unavailable", "rate_limited"}
_REFUSALS = {
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
    "invalid_target",
}
#: Sent directly: what is meant for this machine does not go through a proxy.
NO_PROXIES = {"http": "", "https": "", "all": ""}

Value = TypeVar("Value")


@dataclass(frozen=True, repr=False)
class Answer:
    """An answer of the issuer that may be looked into."""

    json: Dict[str, Any]
    facts: Facts


@dataclass(frozen=True, repr=False)
class Question:
    """One request to the issuer; `name` is what errors call its endpoint."""

    name: str
    method: str
    url: str
    authorization: Optional[str] = None
    form: Optional[Mapping[str, str]] = None


@dataclass(frozen=True, repr=False)
class _Raw:
    status: int
    headers: Mapping[str, str]
    body: Optional[bytes]


def ask(question: Question, timeout_seconds: float, now: Callable[[], float]) -> Answer:
    """Sends one request to the issuer; anything but a JSON object with status 200 becomes an error."""
    name = question.name
    deadline = time.monotonic() + timeout_seconds
    raw: Optional[_Raw] = None
    timed_out = False
    try:
        raw = _send(question, timeout_seconds, deadline)
    except requests.RequestException as error:
        timed_out = isinstance(error, requests.Timeout) or time.monotonic() >= deadline
    # Raised out here: an error inside `except` would carry the other one along, and with it the request.
    if timed_out:
        raise BinderyClientError("endpoint_timeout", f"{name} did not answer in time")
    if raw is None:
        raise BinderyClientError("endpoint_unreachable", f"{name} cannot be reached")
    facts = _facts(raw, now)
    if 300 <= raw.status < 400:
        raise BinderyClientError("endpoint_redirects", f"{name} redirects, which is never followed", facts)
    if raw.status == 429:
        raise BinderyClientError("rate_limited", f"{name} has had too many requests", facts)
    if raw.status >= 500:
        raise BinderyClientError("endpoint_unavailable", f"{name} is unavailable", facts)
    answer = _parse_object(raw.body)
    if raw.status == 200 and answer is not None:
        return Answer(answer, facts)
    refusal = answer.get("error") if answer is not None else None
    if isinstance(refusal, str) and refusal in _REFUSALS:
        raise BinderyClientError(cast(ErrorCode, refusal), f"{name} refuses: {refusal}", facts)
    raise malformed(name, "with something else than asked for", facts)


def malformed(name: str, what: str, facts: Facts) -> BinderyClientError:
    """The error for an answer that does not hold what it must."""
    return BinderyClientError("answer_malformed", f"{name} answers {what}", facts)


def attempt(random: Callable[[], float], once: Callable[[], Value]) -> Value:
    """Tries up to three times, with pauses; only what may pass by itself is tried again."""
    for made in range(1, _ATTEMPTS_MAX):
        try:
            return once()
        except BinderyClientError as error:
            pause = _pause_after(error, made, random)
            if pause is None:
                raise
        time.sleep(pause)
    return once()


def _pause_after(error: BinderyClientError, made: int, random: Callable[[], float]) -> Optional[float]:
    if error.code not in _REPEATABLE:
        return None
    asked = error.retry_after_seconds
    if asked is not None:
        return float(asked) if asked <= RETRY_AFTER_SECONDS_MAX else None
    return (0.25, 0.5, 1.0)[made] * (0.5 + random() / 2)


def _send(question: Question, timeout_seconds: float, deadline: float) -> _Raw:
    def authorize(request: requests.PreparedRequest) -> requests.PreparedRequest:
        if question.authorization is not None:
            request.headers["Authorization"] = question.authorization
        return request

    # A session of its own for each of these rare requests: nothing is shared between threads, or after a fork.
    with requests.Session() as session:
        response = session.request(
            question.method,
            question.url,
            data=question.form,
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
            # Also without a header to set: it keeps credentials of a .netrc away.
            auth=authorize,
            allow_redirects=False,
            stream=True,
            timeout=timeout_seconds,
            proxies=NO_PROXIES if question.url.startswith("http:") else None,
        )
        with response:
            return _Raw(response.status_code, dict(response.headers.lower_items()), _read(response, deadline))


def _read(response: requests.Response, deadline: float) -> Optional[bytes]:
    """The body, or None when it is longer than any answer of a token endpoint."""
    body = bytearray()
    # Byte by byte, since a larger piece would be waited for as a whole; what lies underneath is buffered.
    for piece in response.iter_content(1):
        body += piece
        if len(body) > _ANSWER_BYTES_MAX:
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


def _facts(raw: _Raw, now: Callable[[], float]) -> Facts:
    request_id = raw.headers.get("x-request-id", "")
    return Facts(
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
