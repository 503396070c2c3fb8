"""The markup rules of the Telegram simulator are Telegram's."""

import pytest

from devstack.telegram_simulator.markup import MarkupError, parse_html


def test_tags_become_entities_counted_in_utf16_units() -> None:
    text, entities = parse_html('👍 <b>Total</b>: <i>197 ₪</i> <a href="https://e.com/?a=1&amp;b=2">more</a>')
    assert text == "👍 Total: 197 ₪ more"
    assert entities == [
        {"type": "bold", "offset": 3, "length": 5},
        {"type": "italic", "offset": 10, "length": 5},
        {"type": "text_link", "offset": 16, "length": 4, "url": "https://e.com/?a=1&b=2"},
    ]


def test_escaped_characters_are_shown_as_written() -> None:
    assert parse_html("1 &lt; 2 &amp; 3 &gt; 2 &quot;x&quot; &#128077;") == ('1 < 2 & 3 > 2 "x" 👍', [])


def test_a_bare_ampersand_is_let_through_as_telegram_does() -> None:
    assert parse_html("salt & pepper &nbsp; R&D")[0] == "salt & pepper &nbsp; R&D"


def test_nested_tags_and_quotes_are_allowed() -> None:
    text, entities = parse_html(
        "<blockquote expandable><b>a<i>b</i></b></blockquote><pre><code class='language-x'>c</code></pre>"
    )
    assert text == "abc"
    assert [entity["type"] for entity in entities] == ["blockquote", "bold", "italic", "pre", "code"]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("x <br> y", 'Unsupported start tag "br" at byte offset 2'),
        ("2 < 3", 'Unsupported start tag "" at byte offset 2'),
        ("שלום <p>", 'Unsupported start tag "p" at byte offset 9'),
        ("a <3", "Unclosed start tag at byte offset 2"),
        ("<b>never closed", 'Can\'t find end tag corresponding to start tag "b"'),
        ("closed</b>", "Unexpected end tag at byte offset 6"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<a href=x", 'Unclosed start tag "a" at byte offset 0'),
        ("<b bold>x</b>", 'Expected equal sign in declaration of an attribute of the tag "b" at byte offset 0'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_what_telegram_refuses_is_refused_in_its_words(source: str, reason: str) -> None:
    with pytest.raises(MarkupError) as refusal:
        parse_html(source)
    assert str(refusal.value) == reason
