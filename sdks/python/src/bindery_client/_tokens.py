from __future__ import annotations

import base64
import math
import re
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Dict, Optional
from urllib.parse import quote_plus, urlsplit

from ._endpoint import RETRY_AFTER_SECONDS_MAX, EndpointRequest, EndpointResponse, attempt, malformed, send_request
from ._errors import BinderyClientError, Details
from ._options import Policy, check_endpoint

_RENEWAL_RETRY_SECONDS = 10
_PAUSE_SECONDS_MAX = 300
_MARGIN_SECONDS = 30
_METADATA = "the metadata endpoint"
_TOKEN = "the token endpoint"
#: After these failures the endpoint may have moved, so it is looked up again.
_MOVED = {"answer_malformed", "endpoint_redirects"}


@dataclass(frozen=True)
class CachedToken:
    access_token: str = field(repr=False)
    requested_at: float
    renew_at: float
    expires_at: float


class TokenSource:
    """Caches one token for all threads and makes one token request at a time."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._lock = threading.Lock()
        self._cached: Optional[CachedToken] = None
        self._pending: Optional[Future[CachedToken]] = None
        self._renewal_not_before = 0.0
        self._pause_until = 0.0
        self._pause_error: Optional[BinderyClientError] = None
        self._token_url = policy.token_url
        self._working = 0

    def take(self) -> str:
        """The token to send. The first thread that finds it due renews it; the others use the old one meanwhile."""
        with self._lock:
            cached, now = self._cached, self._policy.now()
            # After the clock was set back, the expiry time means nothing.
            is_valid = cached is not None and cached.requested_at <= now < cached.expires_at
            is_due = cached is None or (now >= cached.renew_at and now >= self._renewal_not_before)
            pending = self._pending
            if is_valid and cached is not None and (not is_due or pending is not None):
                return cached.access_token
            if pending is None:
                mine: Future[CachedToken] = Future()
                self._pending = mine
        if pending is not None:
            return self._wait(pending)
        try:
            return self._request(mine).access_token
        except BinderyClientError:
            if is_valid and cached is not None:
                return cached.access_token
            raise

    def drop(self, access_token: str) -> None:
        """Discards exactly this token, which an API has refused; a newer one stays."""
        with self._lock:
            if self._cached is not None and self._cached.access_token == access_token:
                self._cached = None

    def _wait(self, pending: Future[CachedToken]) -> str:
        error = pending.exception()
        if isinstance(error, BinderyClientError):
            raise error.again()
        # An interrupted thread says nothing about the server: the next one makes the request.
        return self.take() if error is not None else pending.result().access_token

    def _request(self, mine: Future[CachedToken]) -> CachedToken:
        try:
            cached = self._request_once()
        except BaseException as error:
            with self._lock:
                self._pending = None
                self._renewal_not_before = self._policy.now() + _RENEWAL_RETRY_SECONDS
            # The others get a copy: a raised error collects the frames of its own thread.
            mine.set_exception(error.again() if isinstance(error, BinderyClientError) else error)
            raise
        with self._lock:
            self._pending = None
            self._cached = cached
        mine.set_result(cached)
        return cached

    # Only the thread that makes the pending request gets here, so this needs no lock.
    def _request_once(self) -> CachedToken:
        requested_at = self._policy.now()
        if self._pause_error is not None and requested_at < self._pause_until:
            raise _still_paused(self._pause_error, math.ceil(self._pause_until - requested_at))
        self._pause_error = None
        try:
            if self._token_url is None:
                self._token_url = _discover(self._policy)
            return _cache(self._request_with_secrets(self._token_url), requested_at, self._policy.random())
        except BinderyClientError as error:
            if error.code in _MOVED:
                self._token_url = self._policy.token_url
            seconds = error.retry_after_seconds
            if seconds is not None and seconds > RETRY_AFTER_SECONDS_MAX:
                self._pause_until = self._policy.now() + min(seconds, _PAUSE_SECONDS_MAX)
                self._pause_error = error.again()
            raise

    def _request_with_secrets(self, token_url: str) -> EndpointResponse:
        refusal: Optional[BinderyClientError] = None
        for index in sorted(range(len(self._policy.client_secrets)), key=lambda one: one != self._working):
            request = _token_request(self._policy, token_url, self._policy.client_secrets[index])
            try:
                response = _send(self._policy, request)
                _check_token(response.json, response.details)
                self._working = index
                return response
            except BinderyClientError as error:
                if error.code != "invalid_client":
                    raise
                refusal = refusal or error.again()
        assert refusal is not None  # there is at least one secret
        raise refusal


def _send(policy: Policy, request: EndpointRequest) -> EndpointResponse:
    return attempt(policy.random, lambda: send_request(request, policy.timeout_seconds, policy.now))


def _discover(policy: Policy) -> str:
    """Reads the token endpoint from the issuer's metadata (RFC 8414)."""
    issuer = urlsplit(policy.issuer)
    # RFC 8414 section 3.1: the issuer's path comes after the well-known one.
    path = issuer.path[:-1] if issuer.path.endswith("/") else issuer.path
    url = f"{issuer.scheme}://{issuer.netloc}/.well-known/oauth-authorization-server{path}"
    response = _send(policy, EndpointRequest(_METADATA, "GET", url))
    # RFC 8414 section 3.3: exactly the same issuer, otherwise the metadata belong to somebody else.
    if response.json.get("issuer") != policy.issuer:
        raise malformed(_METADATA, "the metadata of another issuer", response.details)
    try:
        return check_endpoint(response.json.get("token_endpoint"), policy.issuer, "token_endpoint")
    except BinderyClientError as error:
        raise malformed(_METADATA, f"invalid metadata: {error}", response.details) from None


def _token_request(policy: Policy, token_url: str, secret: str) -> EndpointRequest:
    form = {"grant_type": "client_credentials"}
    if policy.scope is not None:
        form["scope"] = policy.scope
    # RFC 6749 section 2.3.1: both parts are form-encoded before they are joined.
    pair = f"{quote_plus(policy.client_id)}:{quote_plus(secret)}"
    basic = base64.b64encode(pair.encode("ascii")).decode("ascii")
    return EndpointRequest(_TOKEN, "POST", token_url, authorization=f"Basic {basic}", form=form)


def _check_token(response: Dict[str, object], details: Details) -> None:
    access_token, lifetime = response.get("access_token"), response.get("expires_in")
    # RFC 6750 section 2.1; anything else could not be sent in the header.
    if not isinstance(access_token, str) or not re.fullmatch(r"[A-Za-z0-9._~+/-]+=*", access_token):
        raise malformed(_TOKEN, "no access token", details)
    if str(response.get("token_type")).lower() != "bearer":
        raise malformed(_TOKEN, "a token that is not a Bearer token", details)
    is_number = isinstance(lifetime, (int, float)) and not isinstance(lifetime, bool)
    if not is_number or not 0 < float(str(lifetime)) < math.inf:
        raise malformed(_TOKEN, "a token without expires_in", details)


def _cache(response: EndpointResponse, requested_at: float, random: float) -> CachedToken:
    """Renewed after 60 to 90 % of the lifetime, at least 30 s (or half a short lifetime) before it expires."""
    lifetime = float(response.json["expires_in"])
    latest = lifetime - min(_MARGIN_SECONDS, lifetime / 2)
    renew_after = min(lifetime * (0.6 + 0.3 * random), latest)
    access_token = str(response.json["access_token"])
    return CachedToken(access_token, requested_at, requested_at + renew_after, requested_at + lifetime)


def _still_paused(because: BinderyClientError, seconds: int) -> BinderyClientError:
    details = Details(because.status, because.request_id, seconds)
    return BinderyClientError(because.code, f"the issuer asked for no requests for another {seconds} s", details)
