"""Passwords of the staff: argon2id, with parameters that grow stronger at the next sign-in."""

from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from logistics.errors import Invalid

SHORTEST: Final = 10
LONGEST: Final = 200  # longer ones only cost time


class PasswordTooWeak(Invalid):
    """The password is too short, too long, or one that everybody tries first."""

    code = "password.too-weak"


def digest(password: str, login: str) -> str:
    """Hash a password that is good enough.

    Raises
    ------
    PasswordTooWeak
        If it is too short or too long, repeats one character, or is the login.

    Notes
    -----
    Length over rules of composition: NIST SP 800-63B, section 5.1.1.2. Parameters are those of
    argon2-cffi, after RFC 9106's second recommendation: 64 MiB, three passes.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordTooWeak(field="password", shortest=SHORTEST, longest=LONGEST)
    if len(set(password)) < SHORTEST // 2 or login.casefold() in password.casefold():
        raise PasswordTooWeak(field="password", shortest=SHORTEST, longest=LONGEST)
    return _hasher().hash(password)


def fits(password: str, hashed: str | None) -> bool:
    """Say whether a password fits; without a hash it takes as long and never does."""
    try:
        _hasher().verify(hashed or _nobodys(), password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return hashed is not None


def weaker(hashed: str) -> bool:
    """Say whether a hash has weaker parameters than new ones get."""
    return _hasher().check_needs_rehash(hashed)


def again(password: str) -> str:
    """Hash a password that was taken before."""
    return _hasher().hash(password)


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobodys() -> str:
    return _hasher().hash("nobody has this password")
