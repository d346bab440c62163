from __future__ import annotations

import functools
import os
import random as random_numbers
import threading
import time
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Callable, NoReturn, Optional

import requests
from requests.auth import AuthBase

from . import _options as options
from ._endpoint import NO_PROXIES
from ._errors import BinderyClientError
from ._tokens import TokenSource

_CALL_TIMEOUT_SECONDS = 30


class BinderyClient:
    """An API client: one access token, shared by all threads of this process.

    It uses the client credentials grant (RFC 6749 section 4.4). Create one per program: the token is cached in it.
    Nothing is sent before the first call.

    :param issuer: the issuer's URL, exactly as in its metadata (RFC 8414): https, or http on loopback
    :param next_client_secret: tried when ``client_secret`` is refused, so that a rotation needs no restart
    :param organization_id: the organization whose data is meant: a lower-case UUID, sent with every call
    :param tenant_header: the header that carries it
    :param token_url: the token endpoint; by default the one in the issuer's metadata (RFC 8414)
    :param scope: the scope to request, separated by spaces; by default the server's
    :param timeout_seconds: how long the issuer may take for one response: above 0, at most 300
    :param now: the clock, in seconds since the epoch
    :param random: random numbers in [0, 1), for the jitter
    :raises BinderyClientError: ``configuration_wrong`` if an option is invalid
    """

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: str,
        organization_id: str,
        *,
        next_client_secret: Optional[str] = None,
        tenant_header: str = "x-tenant-id",
        token_url: Optional[str] = None,
        scope: Optional[str] = None,
        timeout_seconds: float = 10,
        now: Callable[[], float] = time.time,
        random: Callable[[], float] = random_numbers.random,
    ) -> None:
        issuer = options.check_issuer(issuer)
        secrets = [options.check_credential("client_secret", client_secret)]
        if next_client_secret is not None:
            secrets.append(options.check_credential("next_client_secret", next_client_secret))
        policy = options.Policy(
            issuer=issuer,
            client_id=options.check_credential("client_id", client_id),
            client_secrets=tuple(secrets),
            organization_id=options.check_organization_id(organization_id),
            tenant_header=options.check_tenant_header(tenant_header),
            token_url=None if token_url is None else options.check_endpoint(token_url, issuer, "token_url"),
            scope=options.check_scope(scope),
            timeout_seconds=options.check_timeout(timeout_seconds),
            now=now,
            random=random,
        )
        self._policy = policy
        self._source = TokenSource(policy)
        self._sessions = threading.local()
        #: For your own ``requests`` session: ``session.get(url, auth=client.auth)``.
        self.auth: AuthBase = _TokenAuth(policy, self._source)

    def token(self) -> str:
        """The access token, for programs that send requests themselves.

        Call it before each request and do not store the result: it comes from the cache and is renewed in time.

        :raises BinderyClientError: if there is no token
        """
        return self._source.take()

    def request(self, method: str, url: str, **kwargs: Any) -> requests.Response:
        """Calls an API like ``requests.request``, with the access token and the tenant header.

        After a 401 it calls once more with a new token, unless the body is a stream. The default ``timeout`` is 30
        seconds.

        :returns: the response, whatever its status
        :raises BinderyClientError: if there is no token, or with the code ``url_refused``
        :raises requests.RequestException: if the API is unreachable
        """
        _refuse_unsafe(url)
        kwargs.setdefault("timeout", _CALL_TIMEOUT_SECONDS)
        if url.lower().startswith("http:"):
            kwargs.setdefault("proxies", NO_PROXIES)
        return self._session().request(method, url, auth=self.auth, **kwargs)

    def get(self, url: str, **kwargs: Any) -> requests.Response:
        return self.request("GET", url, **kwargs)

    def post(self, url: str, **kwargs: Any) -> requests.Response:
        return self.request("POST", url, **kwargs)

    def put(self, url: str, **kwargs: Any) -> requests.Response:
        return self.request("PUT", url, **kwargs)

    def patch(self, url: str, **kwargs: Any) -> requests.Response:
        return self.request("PATCH", url, **kwargs)

    def delete(self, url: str, **kwargs: Any) -> requests.Response:
        return self.request("DELETE", url, **kwargs)

    def _session(self) -> requests.Session:
        # One per thread, and a new one after a fork: neither may share connections.
        if getattr(self._sessions, "pid", None) != os.getpid():
            self._sessions.pid = os.getpid()
            self._sessions.session = requests.Session()
            self._sessions.session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        session: requests.Session = self._sessions.session
        return session

    def __repr__(self) -> str:
        return f"BinderyClient(issuer={self._policy.issuer!r}, client_id={self._policy.client_id!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client contains secrets and cannot be pickled or copied")


class _TokenAuth(AuthBase):
    def __init__(self, policy: options.Policy, source: TokenSource) -> None:
        self._policy = policy
        self._source = source

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        _refuse_unsafe(request.url)
        access_token = self._source.take()
        request.headers["Authorization"] = f"Bearer {access_token}"
        request.headers[self._policy.tenant_header] = self._policy.organization_id
        request.register_hook("response", functools.partial(self._repeat_once, access_token))
        return request

    def _repeat_once(self, access_token: str, response: requests.Response, /, **kwargs: Any) -> requests.Response:
        request = response.request
        # After a redirect to another origin, requests has removed the token, and it must not come back.
        if response.status_code != 401 or request.headers.get("Authorization") != f"Bearer {access_token}":
            return response
        self._source.drop(access_token)
        # A stream can be read only once.
        if not isinstance(request.body, (bytes, str, type(None))):
            return response
        again = request.copy()
        again.headers["Authorization"] = f"Bearer {self._source.take()}"
        # Once the body is read, the connection can be reused.
        response.content  # noqa: B018
        response.close()
        repeated: requests.Response = response.connection.send(again, **kwargs)
        repeated.history.append(response)
        repeated.request = again
        return repeated

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client contains secrets and cannot be pickled or copied")


def _refuse_unsafe(url: object) -> None:
    if options.safe_url(url) is None:
        raise BinderyClientError("url_refused", "a token is sent to absolute https URLs only, or to http on loopback")
