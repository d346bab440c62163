from __future__ import annotations

import base64
import math
import re
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Dict, Optional
from urllib.parse import quote_plus, urlsplit

from ._endpoint import RETRY_AFTER_SECONDS_MAX, Answer, Question, ask, attempt, malformed
from ._errors import BinderyClientError, Facts
from ._options import Policy, check_endpoint

_RENEWAL_PAUSE_SECONDS = 10
_PAUSE_SECONDS_MAX = 300
_MARGIN_SECONDS = 30
_METADATA = "the metadata endpoint"
_TOKEN = "the token endpoint"
#: Failures after which the endpoint may have moved.
_MOVED = {"answer_malformed", "endpoint_redirects"}


@dataclass(frozen=True)
class HeldToken:
    access_token: str = field(repr=False)
    asked_at: float
    renew_at: float
    ends_at: float


class TokenSource:
    """Keeps one token for all threads, and asks for one at a time."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._lock = threading.Lock()
        self._held: Optional[HeldToken] = None
        self._pending: Optional[Future[HeldToken]] = None
        self._renewal_not_before = 0.0
        self._pause_until = 0.0
        self._pause_error: Optional[BinderyClientError] = None
        self._token_url = policy.token_url
        self._working = 0

    def take(self) -> str:
        """The token to send. Whoever finds it due renews it; the other threads go on with the old one."""
        with self._lock:
            held, now = self._held, self._policy.now()
            # A clock that was set back says nothing about the token's end.
            is_good = held is not None and held.asked_at <= now < held.ends_at
            is_due = held is None or (now >= held.renew_at and now >= self._renewal_not_before)
            pending = self._pending
            if is_good and held is not None and (not is_due or pending is not None):
                return held.access_token
            if pending is None:
                mine: Future[HeldToken] = Future()
                self._pending = mine
        if pending is not None:
            return self._wait(pending)
        try:
            return self._request(mine).access_token
        except BinderyClientError:
            if is_good and held is not None:
                return held.access_token
            raise

    def drop(self, access_token: str) -> None:
        """Forgets this very token, which an API has refused; a newer one stays."""
        with self._lock:
            if self._held is not None and self._held.access_token == access_token:
                self._held = None

    def _wait(self, pending: Future[HeldToken]) -> str:
        error = pending.exception()
        if isinstance(error, BinderyClientError):
            raise error.again()
        # A thread that was interrupted tells nothing about the server: the next one asks.
        return self.take() if error is not None else pending.result().access_token

    def _request(self, mine: Future[HeldToken]) -> HeldToken:
        try:
            held = self._request_once()
        except BaseException as error:
            with self._lock:
                self._pending = None
                self._renewal_not_before = self._policy.now() + _RENEWAL_PAUSE_SECONDS
            # The others get a copy: this one collects the frames of its own thread.
            mine.set_exception(error.again() if isinstance(error, BinderyClientError) else error)
            raise
        with self._lock:
            self._pending = None
            self._held = held
        mine.set_result(held)
        return held

    # Only the thread that holds the pending request comes here, so what follows needs no lock.
    def _request_once(self) -> HeldToken:
        asked_at = self._policy.now()
        if self._pause_error is not None and asked_at < self._pause_until:
            raise _still_paused(self._pause_error, math.ceil(self._pause_until - asked_at))
        self._pause_error = None
        try:
            if self._token_url is None:
                self._token_url = _discover(self._policy)
            return _hold(self._request_with_secrets(self._token_url), asked_at, self._policy.random())
        except BinderyClientError as error:
            if error.code in _MOVED:
                self._token_url = self._policy.token_url
            seconds = error.retry_after_seconds
            if seconds is not None and seconds > RETRY_AFTER_SECONDS_MAX:
                self._pause_until = self._policy.now() + min(seconds, _PAUSE_SECONDS_MAX)
                self._pause_error = error.again()
            raise

    def _request_with_secrets(self, token_url: str) -> Answer:
        refusal: Optional[BinderyClientError] = None
        for index in sorted(range(len(self._policy.client_secrets)), key=lambda one: one != self._working):
            question = _token_question(self._policy, token_url, self._policy.client_secrets[index])
            try:
                answer = _ask(self._policy, question)
                _check_token(answer.json, answer.facts)
                self._working = index
                return answer
            except BinderyClientError as error:
                if error.code != "invalid_client":
                    raise
                refusal = refusal or error.again()
        assert refusal is not None  # there is at least one secret
        raise refusal


def _ask(policy: Policy, question: Question) -> Answer:
    return attempt(policy.random, lambda: ask(question, policy.timeout_seconds, policy.now))


def _discover(policy: Policy) -> str:
    """Asks the issuer's metadata where its token endpoint is (RFC 8414)."""
    issuer = urlsplit(policy.issuer)
    # RFC 8414 section 3.1: the path of the issuer stands behind the well-known one.
    path = issuer.path[:-1] if issuer.path.endswith("/") else issuer.path
    url = f"{issuer.scheme}://{issuer.netloc}/.well-known/oauth-authorization-server{path}"
    answer = _ask(policy, Question(_METADATA, "GET", url))
    # RFC 8414 section 3.3: the very same issuer, or the metadata are somebody else's.
    if answer.json.get("issuer") != policy.issuer:
        raise malformed(_METADATA, "with the metadata of another issuer", answer.facts)
    try:
        return check_endpoint(answer.json.get("token_endpoint"), policy.issuer, "token_endpoint")
    except BinderyClientError as error:
        raise malformed(_METADATA, f"wrongly: {error}", answer.facts) from None


def _token_question(policy: Policy, token_url: str, secret: str) -> Question:
    form = {"grant_type": "client_credentials"}
    if policy.scope is not None:
        form["scope"] = policy.scope
    # RFC 6749 section 2.3.1: both parts are form-encoded before they are joined.
    pair = f"{quote_plus(policy.client_id)}:{quote_plus(secret)}"
    basic = base64.b64encode(pair.encode("ascii")).decode("ascii")
    return Question(_TOKEN, "POST", token_url, authorization=f"Basic {basic}", form=form)


def _check_token(answer: Dict[str, object], facts: Facts) -> None:
    access_token, lifetime = answer.get("access_token"), answer.get("expires_in")
    # RFC 6750 section 2.1; anything else would not survive the header.
    if not isinstance(access_token, str) or not re.fullmatch(r"[A-Za-z0-9._~+/-]+=*", access_token):
        raise malformed(_TOKEN, "without a token", facts)
    if str(answer.get("token_type")).lower() != "bearer":
        raise malformed(_TOKEN, "with a token of another type than Bearer", facts)
    is_number = isinstance(lifetime, (int, float)) and not isinstance(lifetime, bool)
    if not is_number or not 0 < float(str(lifetime)) < math.inf:
        raise malformed(_TOKEN, "without the lifetime of its token", facts)


def _hold(answer: Answer, asked_at: float, random: float) -> HeldToken:
    """Renewed at 60 to 90 % of the life, and 30 s before its end at the latest (half the life where it is short)."""
    lifetime = float(answer.json["expires_in"])
    latest = lifetime - min(_MARGIN_SECONDS, lifetime / 2)
    renew_after = min(lifetime * (0.6 + 0.3 * random), latest)
    return HeldToken(str(answer.json["access_token"]), asked_at, asked_at + renew_after, asked_at + lifetime)


def _still_paused(because: BinderyClientError, seconds: int) -> BinderyClientError:
    facts = Facts(because.status, because.request_id, seconds)
    return BinderyClientError(because.code, f"the issuer wants no request for {seconds} s", facts)
