from __future__ import annotations

from dataclasses import dataclass
from typing import List, Literal, Optional, Tuple

#: Why there is no token: a code of this package, or the error code of the token endpoint (RFC 6749 section 5.2). New
#: codes may be added in a minor version.
ErrorCode = Literal[
    "configuration_wrong",
    "url_refused",
    "endpoint_unreachable",
    "endpoint_timeout",
    "endpoint_redirects",
    "endpoint_unavailable",
    "rate_limited",
    "answer_malformed",
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
    "invalid_target",
]


@dataclass(frozen=True)
class Details:
    """What is known about a failure besides its code."""

    status: Optional[int] = None
    request_id: Optional[str] = None
    retry_after_seconds: Optional[int] = None


class BinderyClientError(Exception):
    """The only error this package raises. It never contains a secret or a token.

    Attributes may be added in a minor version. The message is for people and may change.

    :ivar code: what happened, for programs
    :ivar status: the HTTP status of the response; None if there was none
    :ivar request_id: the response's ``X-Request-Id``, which is also in the server's log
    :ivar retry_after_seconds: seconds from ``Retry-After``; until they have passed the client sends no token request
    """

    def __init__(self, code: ErrorCode, message: str, details: Optional[Details] = None) -> None:
        details = details if details is not None else Details()
        known: List[str] = []
        if details.status is not None:
            known.append(f"status {details.status}")
        if details.request_id is not None:
            known.append(f"request {details.request_id}")
        super().__init__(f"{message} ({', '.join(known)})" if known else message)
        self._message = message
        self._details = details
        self.code: ErrorCode = code
        self.status = details.status
        self.request_id = details.request_id
        self.retry_after_seconds = details.retry_after_seconds

    def again(self) -> BinderyClientError:
        """A copy for another thread: a raised error collects the frames of its own thread."""
        return BinderyClientError(self.code, self._message, self._details)

    def __reduce__(self) -> Tuple[object, ...]:
        return (BinderyClientError, (self.code, self._message, self._details))
