"""The rule by which one source of a fact gives way to another, in memory."""

from datetime import UTC, datetime, timedelta

import pytest

from services.customers.models import FACTS, Profile, Source, SourceKind, apply_facts

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
EXTRACTION, CUSTOMER, STAFF = SourceKind.EXTRACTION, SourceKind.CUSTOMER, SourceKind.STAFF


def source(kind: SourceKind, minute: int) -> Source:
    return Source(kind, f"{kind.name.lower()}-{minute}", START + timedelta(minutes=minute))


def profile(**facts: tuple[str, Source]) -> Profile:
    return Profile(
        facts=dict.fromkeys(FACTS, "") | {fact: value for fact, (value, _) in facts.items()},
        sources={fact: said for fact, (_, said) in facts.items()},
    )


@pytest.mark.parametrize(
    ("holder", "holder_minute", "newcomer", "newcomer_minute", "replaces"),
    [
        # Outright words and entries are equals: the newer one counts.
        (CUSTOMER, 1, CUSTOMER, 2, True),
        (CUSTOMER, 1, STAFF, 2, True),
        (STAFF, 1, CUSTOMER, 2, True),
        (STAFF, 1, STAFF, 2, True),
        (CUSTOMER, 2, CUSTOMER, 1, False),
        (CUSTOMER, 2, STAFF, 1, False),
        (STAFF, 2, CUSTOMER, 1, False),
        (STAFF, 2, STAFF, 1, False),
        # Extraction never overrides either, however new it is.
        (CUSTOMER, 1, EXTRACTION, 2, False),
        (STAFF, 1, EXTRACTION, 2, False),
        # It may replace an earlier extraction, not a later one.
        (EXTRACTION, 1, EXTRACTION, 2, True),
        (EXTRACTION, 2, EXTRACTION, 1, False),
        # Either overrides extraction, even words that are older than the job.
        (EXTRACTION, 2, CUSTOMER, 1, True),
        (EXTRACTION, 2, STAFF, 1, True),
        # At the same moment the one that arrives later.
        (CUSTOMER, 1, STAFF, 1, True),
        (EXTRACTION, 1, EXTRACTION, 1, True),
    ],
)
def test_who_replaces_whom(
    holder: SourceKind, holder_minute: int, newcomer: SourceKind, newcomer_minute: int, replaces: bool
) -> None:
    known = profile(name=("Old", source(holder, holder_minute)))
    said = source(newcomer, newcomer_minute)
    outcome = apply_facts(known, {"name": "New"}, said)
    assert known.facts["name"] == ("New" if replaces else "Old")
    assert known.sources["name"] == (said if replaces else source(holder, holder_minute))
    assert (outcome.changed, outcome.kept) == ((["name"], []) if replaces else ([], ["name"]))
    assert outcome.touched is replaces


@pytest.mark.parametrize("kind", list(SourceKind))
def test_everybody_fills_gaps(kind: SourceKind) -> None:
    known = profile()
    assert apply_facts(known, {"phone": "1", "notes": "n"}, source(kind, 1)).changed == ["phone", "notes"]
    assert (known.facts["phone"], known.facts["notes"], known.facts["name"]) == ("1", "n", "")


def test_what_the_customer_cleared_is_not_filled_again_from_the_old_dialogue() -> None:
    known = profile(phone=("050", source(EXTRACTION, 1)))
    assert apply_facts(known, {"phone": ""}, source(CUSTOMER, 2)).changed == ["phone"]
    assert apply_facts(known, {"phone": "050"}, source(EXTRACTION, 3)).kept == ["phone"]
    assert known.facts["phone"] == ""
    assert apply_facts(known, {"phone": "052"}, source(CUSTOMER, 4)).changed == ["phone"]


def test_an_empty_field_of_a_form_does_not_close_the_gap_to_extraction() -> None:
    known = profile()
    assert not apply_facts(known, {"address": ""}, source(STAFF, 1)).touched
    assert apply_facts(known, {"address": "Herzl 15"}, source(EXTRACTION, 2)).changed == ["address"]


def test_extraction_that_found_nothing_clears_nothing() -> None:
    known = profile(phone=("050", source(EXTRACTION, 1)))
    outcome = apply_facts(known, {"phone": ""}, source(EXTRACTION, 2))
    assert (known.facts["phone"], outcome.touched, outcome.changed, outcome.kept) == ("050", False, [], [])


def test_the_same_value_from_a_better_source_changes_only_the_source() -> None:
    known = profile(name=("Bar", source(EXTRACTION, 1)))
    outcome = apply_facts(known, {"name": "Bar"}, source(CUSTOMER, 2))
    assert (outcome.changed, outcome.kept, outcome.touched) == ([], [], True)
    assert known.sources["name"] == source(CUSTOMER, 2)


def test_the_same_value_from_a_lesser_source_is_neither_changed_nor_kept() -> None:
    known = profile(name=("Bar", source(CUSTOMER, 1)))
    outcome = apply_facts(known, {"name": "Bar"}, source(EXTRACTION, 2))
    assert (outcome.changed, outcome.kept, outcome.touched) == ([], [], False)
    assert known.sources["name"] == source(CUSTOMER, 1)


def test_a_source_survives_storage() -> None:
    said = source(CUSTOMER, 1)
    assert Source.from_json(said.to_json()) == said


def test_a_source_is_read_as_it_was_written_also_from_before_sources_had_names() -> None:
    entered = Source(STAFF, "key-dana", START, "Dana")
    older = {"kind": 2, "reference": "m1", "observe_time": START.isoformat()}

    assert Source.from_json(entered.to_json()) == entered
    assert Source.from_json(older) == Source(CUSTOMER, "m1", START, "")
