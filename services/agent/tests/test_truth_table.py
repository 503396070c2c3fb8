"""The table of lies and honest replies: no lie passes, at most one honest reply is touched."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.agent.tests.truth_table import ALL, SCENES, Case, rates
from services.agent.truth import check_reply


def _label(case: Case) -> str:
    return f"{'honest' if case.honest else 'lie'}-{case.scene}"


@pytest.mark.parametrize("case", [case for case in ALL if not case.honest], ids=_label)
def test_a_lie_does_not_pass(case: Case) -> None:
    verdict = check_reply(case.reply, SCENES[case.scene])
    assert not verdict.ok, case.reply
    assert all(violation.reason and violation.text for violation in verdict.violations)


def test_at_most_one_honest_reply_is_touched() -> None:
    touched = {
        case.reply: verdict.violations
        for case in ALL
        if case.honest and not (verdict := check_reply(case.reply, SCENES[case.scene])).ok
    }
    assert len(touched) <= 1, touched


def test_the_table_is_as_large_as_promised_in_all_four_languages() -> None:
    alphabets = {"he": "אבגדהוזחטיכלמנסעפצקרשת", "ru": "абвгдежзийклмнопрстуфхц", "ar": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"}
    for honest in (True, False):
        cases = [case for case in ALL if case.honest is honest]
        assert len(cases) >= 100
        for letters in alphabets.values():
            assert sum(any(letter in case.reply for letter in letters) for case in cases) >= 10
        assert sum(case.reply.isascii() for case in cases) >= 30


def test_the_rates_are_those_of_the_whole_table(record_property: Callable[[str, object], None]) -> None:
    table = rates()
    record_property("truth check", str(table))
    assert (table.lies, table.honest) == (sum(not c.honest for c in ALL), sum(c.honest for c in ALL))
    assert table.caught == table.lies


@pytest.mark.parametrize(
    ("scene", "reply", "kind"),
    [
        ("hello", 'פסטרמה עולה 60 ₪ לק"ג.', "amount"),
        ("hello", "הזמנה #999 בדרך.", "order_number"),
        ("hello", "יש לנו גם שניצל עגל.", "product"),
        ("created", "ההזמנה תגיע ביום רביעי.", "date"),
        ("created", "ביטלתי את ההזמנה #124.", "action"),
    ],
)
def test_a_violation_names_its_kind(scene: str, reply: str, kind: str) -> None:
    assert kind in [violation.kind for violation in check_reply(reply, SCENES[scene]).violations]


def test_the_reason_tells_the_model_what_really_happened() -> None:
    (violation,) = check_reply("I've cancelled order #124.", SCENES["created"]).violations
    assert violation.text == "i've cancelled order #124"
    assert "created #124" in violation.reason
    assert "#124 is pending" in violation.reason
