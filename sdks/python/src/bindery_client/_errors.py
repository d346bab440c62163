from __future__ import annotations

from dataclasses import dataclass
from typing import List, Literal, Optional, Tuple

#: Why there is no token: one of ours, or the token endpoint's own word (RFC 6749 section 5.2).
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
class Facts:
    """What is known of a failure besides its code."""

    status: Optional[int] = None
    request_id: Optional[str] = None
    retry_after_seconds: Optional[int] = None


class BinderyClientError(Exception):
    """The only error of this package; it holds neither secret nor token.

    ``code`` says what happened, for programs; ``status`` is that of the answer, if there was one; ``request_id`` is the
    answer's ``X-Request-Id``, by which the operator finds it in the log; ``retry_after_seconds`` is for how long the
    server wants to be left alone, and until then nothing is sent.
    """

    def __init__(self, code: ErrorCode, message: str, facts: Optional[Facts] = None) -> None:
        facts = facts if facts is not None else Facts()
        known: List[str] = []
        if facts.status is not None:
            known.append(f"status {facts.status}")
        if facts.request_id is not None:
            known.append(f"request {facts.request_id}")
        super().__init__(f"{message} ({', '.join(known)})" if known else message)
        self._message = message
        self._facts = facts
        self.code: ErrorCode = code
        self.status = facts.status
        self.request_id = facts.request_id
        self.retry_after_seconds = facts.retry_after_seconds

    def again(self) -> BinderyClientError:
        """The same error for another thread: a raised one collects its raiser's frames."""
        return BinderyClientError(self.code, self._message, self._facts)

    def __reduce__(self) -> Tuple[object, ...]:
        return (BinderyClientError, (self.code, self._message, self._facts))
