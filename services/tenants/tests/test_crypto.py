"""Encryption of secrets at rest."""

import pytest

from services.tenants.crypto import SecretBox, UndecryptableError

PLACE = ("bakery", "account-1", "bot_token")
OLD, NEW = b"o" * 32, b"n" * 32


def test_a_secret_decrypts_at_its_place() -> None:
    box = SecretBox({"k1": OLD})
    assert box.decrypt(box.encrypt("סוד 1:a", *PLACE), *PLACE) == "סוד 1:a"


def test_the_same_secret_never_looks_the_same_twice() -> None:
    box = SecretBox({"k1": OLD})
    assert box.encrypt("secret", *PLACE) != box.encrypt("secret", *PLACE)


@pytest.mark.parametrize(
    "elsewhere",
    [
        ("butcher", "account-1", "bot_token"),
        ("bakery", "account-2", "bot_token"),
        ("bakery", "account-1", "webhook_secret"),
        ("bakeryaccount-1", "", "bot_token"),
    ],
)
def test_it_decrypts_nowhere_else(elsewhere: tuple[str, ...]) -> None:
    box = SecretBox({"k1": OLD})
    with pytest.raises(UndecryptableError):
        box.decrypt(box.encrypt("secret", *PLACE), *elsewhere)


def test_an_old_key_still_decrypts_while_the_new_one_encrypts() -> None:
    stored = SecretBox({"k1": OLD}).encrypt("secret", *PLACE)
    rotating = SecretBox({"k2": NEW, "k1": OLD})
    assert rotating.decrypt(stored, *PLACE) == "secret"
    assert not rotating.is_current(stored)
    renewed = rotating.encrypt("secret", *PLACE)
    assert rotating.is_current(renewed)
    assert SecretBox({"k2": NEW}).decrypt(renewed, *PLACE) == "secret"


def test_without_its_key_or_damaged_it_does_not_decrypt() -> None:
    stored = SecretBox({"k1": OLD}).encrypt("secret", *PLACE)
    damaged = stored[:-1] + bytes([stored[-1] ^ 1])
    for box, value in (
        (SecretBox({"k2": NEW}), stored),
        (SecretBox({"k1": NEW}), stored),
        (SecretBox({"k1": OLD}), damaged),
        (SecretBox({"k1": OLD}), b"k1:short"),
        (SecretBox({"k1": OLD}), b""),
    ):
        with pytest.raises(UndecryptableError):
            box.decrypt(value, *PLACE)
