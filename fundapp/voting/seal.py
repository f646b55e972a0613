"""Keys and seals of a sealed round: standard parts only, put together and nothing more.

A ballot is sealed with HPKE (RFC 9180: X25519, HKDF-SHA256, ChaCha20-Poly1305) as the library ``cryptography`` has it.
The private key is split by SLIP-39, the shared secrets of hardware wallets, as its reference implementation
``shamir-mnemonic`` has it: three lists of 33 words, of which any two give the key and one tells nothing.

Source: docs/decisions/0014-secrecy-modes.md; reliability.md §4.1.
"""

import hashlib
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics

from fundapp.kernel.errors import BadInput

SHARES, NEEDED, WORDS = 3, 2, 33
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


class DoesNotOpen(Exception):
    """Bytes that were not sealed for this key and this round, or were changed since."""


def make_key() -> tuple[str, list[str]]:
    """Make a key: its public half as hex, and the three shares of its private half as words.

    Each pair of shares is tried before anything is given out.
    """
    private = X25519PrivateKey.generate()
    public = public_of(private.private_bytes_raw())
    shares = generate_mnemonics(1, [(NEEDED, SHARES)], private.private_bytes_raw())[0]
    for pair in ((0, 1), (0, 2), (1, 2)):
        if public_of(join_shares([shares[place] for place in pair])) != public:
            raise RuntimeError("two of the three shares do not give the key")
    return public, shares


def public_of(private: bytes) -> str:
    """Give the public half of a private key, as hex."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw().hex()


def join_shares(shares: Sequence[str]) -> bytes:
    """Give the private key of two shares.

    Raises:
        BadInput: not two, mistyped, or not of one key.
    """
    try:
        secret: bytes = combine_mnemonics([words_of(share) for share in shares])
    except MnemonicError as error:
        raise BadInput("shares", str(error), f"{NEEDED} different shares of one key") from error
    return secret


def words_of(share: str) -> str:
    """Give the words of a share as they are compared: small letters, one blank between two, numbers left out.

    >>> words_of("1. Lend  2. premium")
    'lend premium'
    """
    kept = "".join(letter if letter.isascii() and letter.isalpha() else " " for letter in share.lower())
    return " ".join(kept.split())


def check_code(share: str) -> str:
    """Give the twelve letters by which the holder of a share shows that she has it; they tell nothing of the words.

    The page of a key-holder computes the same in the browser (``static/js/share.js``).

    >>> check_code("Lend premium") == check_code("1. lend 2. premium")
    True
    """
    return hashlib.sha256(b"fundapp share:" + words_of(share).encode()).hexdigest()[:12]


def seal(plain: bytes, public_key: str, rules_hash: str) -> bytes:
    """Seal bytes for the holders of a key, in one round only. Twice the same bytes give two different seals."""
    return _SUITE.encrypt(plain, X25519PublicKey.from_public_bytes(bytes.fromhex(public_key)), info=_about(rules_hash))


def unseal(sealed: bytes, private: bytes, rules_hash: str) -> bytes:
    """Open what was sealed.

    Raises:
        DoesNotOpen: it was sealed for another key or another round, or was changed since.
    """
    try:
        return _SUITE.decrypt(sealed, X25519PrivateKey.from_private_bytes(private), info=_about(rules_hash))
    except InvalidTag:
        raise DoesNotOpen from None


def _about(rules_hash: str) -> bytes:
    return b"fundapp vote box 1:" + rules_hash.encode()
