"""Passwords, login names and household codes, as functions of values."""

import hashlib
import hmac
import re
import secrets
import unicodedata
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fundapp.kernel.actor import Role

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 12
CODE_LIFETIME = timedelta(days=60)
MOST_CODES = 200
TOKEN_BYTES = 16
MOST_SLIPS = 500
PASSWORD_LENGTH = 8
LOGIN = re.compile(r"[a-z0-9_.\-\u4e00-\u9fff]{2,40}")
BY_HAND = frozenset(Role) - {Role.RESIDENT, Role.GROUP_MEMBER}
STAFF = frozenset(Role) - {Role.RESIDENT, Role.GROUP_MEMBER}

_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


def draw_code(choose: Callable[[str], str] = secrets.choice) -> str:
    """Draw a household code: 60 random bits in signs that cannot be taken for one another.

    >>> draw_code(lambda signs: signs[0])
    '222222222222'
    """
    return "".join(choose(ALPHABET) for _ in range(CODE_LENGTH))


def grouped(code: str) -> str:
    """Print a code in groups of four.

    >>> grouped("ABCDEFGH2345")
    'ABCD-EFGH-2345'
    """
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def read_code(typed: str) -> str | None:
    """Read a code as people type it; ``None`` where it cannot be one.

    >>> read_code(" abcd efgh－２３４５"), read_code("ABCD-EFGH-234O")
    ('ABCDEFGH2345', None)
    """
    plain = re.sub(r"[\s\-_.—–]", "", unicodedata.normalize("NFKC", typed)).upper()
    return plain if len(plain) == CODE_LENGTH and set(plain) <= set(ALPHABET) else None


def code_hash(code: str, secret: str) -> str:
    """Give the keyed hash under which a code is kept: without *secret* no code can be found from it."""
    key = hashlib.sha256(b"household code:" + secret.encode()).digest()
    return hmac.new(key, code.encode(), hashlib.sha256).hexdigest()


def draw_token(draw: Callable[[int], str] = secrets.token_urlsafe) -> str:
    """Draw the secret in a slip's QR code: 128 random bits."""
    return draw(TOKEN_BYTES)


def draw_typed() -> str:
    """Draw the code that is typed where there is no camera: 60 random bits, like a household's code."""
    return draw_code()


def slip_hash(kind: str, plain: str, secret: str) -> str:
    """Give the keyed hash under which a slip's code is kept; never that of a code for something else."""
    return code_hash(f"{kind}:{plain}", secret)


def clean_login(typed: str) -> str:
    """Write a login name the one way in which it is kept: half width, small letters, no blanks around.

    >>> clean_login(" Wang０１ ")
    'wang01'
    """
    return unicodedata.normalize("NFKC", typed).strip().lower()


def good_login(login: str) -> bool:
    """Tell whether a login name may be used: 2 to 40 letters, digits, Chinese signs, ``_ . -``.

    >>> good_login("13800000000"), good_login("王淑芬"), good_login("a b")
    (True, True, False)
    """
    return bool(LOGIN.fullmatch(login))


def weak_password(password: str, login: str) -> bool:
    """Tell whether a password is too easy: short, one sign repeated, or the login name itself.

    >>> weak_password("12345", "wang"), weak_password("aaaaaaaa", "wang"), weak_password("tao hua yuan", "wang")
    (True, True, False)
    """
    return len(password) < PASSWORD_LENGTH or len(set(password)) < 3 or clean_login(password) == login


def hash_password(password: str) -> str:
    """Hash a password with Argon2id and a salt of its own."""
    return _hasher.hash(password)


@lru_cache
def _nobodys_hash() -> str:
    return hash_password(secrets.token_urlsafe(24))


def password_fits(password_hash: str | None, password: str) -> bool:
    """Tell whether *password* is the one; takes as long where there is no account (``None``)."""
    try:
        _hasher.verify(password_hash or _nobodys_hash(), password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def initial_password(choose: Callable[[str], str] = secrets.choice) -> str:
    """Draw a password for a first sign-in, in groups of four.

    >>> initial_password(lambda signs: signs[-1])
    'zzzz-zzzz-zzzz'
    """
    return grouped("".join(choose(ALPHABET.lower()) for _ in range(CODE_LENGTH)))
