"""Names and phones at rest: encrypted with the data key, found again by a keyed fingerprint.

The key is bound at start. Several keys may be given, the newest first: the first encrypts, all of them decrypt.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

PREFIX = "gAAAA"  # how every token of the library begins until the year 2242


class WrongKey(Exception):
    """A value that none of the bound keys opens."""


class _Bound:
    box: MultiFernet | None = None
    index_key: bytes = b""


_bound = _Bound()


def bind_data_key(keys: Sequence[str]) -> None:
    """Say which keys this process encrypts and decrypts with, the newest first.

    Raises:
        ValueError: no key.
    """
    if not keys or not all(keys):
        raise ValueError("no data key")
    _bound.box = MultiFernet([Fernet(_derived(key, b"names")) for key in keys])
    _bound.index_key = _derived(keys[0], b"index")


def hide(plain: str) -> str:
    """Encrypt a text; twice the same text gives two different tokens."""
    return _box().encrypt(plain.encode()).decode()


def reveal(token: str) -> str:
    """Decrypt a token.

    Raises:
        WrongKey: it was made with none of the bound keys, or was changed since.
    """
    try:
        return _box().decrypt(token.encode()).decode()
    except InvalidToken:
        raise WrongKey("a stored name or phone does not open with FUNDAPP_DATA_KEY") from None


def fingerprint(*parts: str) -> str:
    """Give the keyed fingerprint under which equal texts are found; it tells nothing without the newest key."""
    _box()
    return hmac.new(_bound.index_key, "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()


def _box() -> MultiFernet:
    if _bound.box is None:
        raise RuntimeError("no data key is bound: create the app first")
    return _bound.box


def _derived(key: str, purpose: bytes) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"fundapp " + purpose + b":" + key.encode()).digest())
