"""Gets access tokens from Bindery, caches and renews them, and calls APIs with them."""

from ._client import BinderyClient
from ._errors import BinderyClientError, ErrorCode

__all__ = ["BinderyClient", "BinderyClientError", "ErrorCode"]
__version__ = "0.1.0"
