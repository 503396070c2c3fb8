"""The phrases of all languages behind one function."""

from devstack.claude_simulator.wording import ar, en, he, ru

LANGUAGES = {"he": he.PHRASES, "en": en.PHRASES, "ru": ru.PHRASES, "ar": ar.PHRASES}


def say(language: str, key: str, **fields: object) -> str:
    """The phrase `key` in that language with its fields filled in; KeyError for a key no language has."""
    return LANGUAGES.get(language, en.PHRASES)[key].format(**fields)
