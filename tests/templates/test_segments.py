"""What translators are asked, and that a translation can break nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import templates
from templates.segments import Kind, expressions, kind_of, sentences, translated

FOLDER = Path(templates.__file__).parent
SOURCES = sorted(path for path in FOLDER.rglob("*") if path.suffix in (".txt", ".html", ".mjml"))
LETTER = """{# Values: name. #}
Subject: Hello {{ name }}

You joined
the list.
{% if late %}
It is late.
{% endif %}

  {{ url }}

- one thing
- another thing
------------------------------------------------------------------------
"""


def shout(sentence: str) -> str:
    return sentence.replace("joined", "JOINED")


def test_a_paragraph_of_text_is_one_sentence_and_a_list_several() -> None:
    assert sentences(LETTER, "text") == [
        "Hello {{ name }}",
        "You joined the list.",
        "It is late.",
        "- one thing",
        "- another thing",
    ]


def test_only_the_sentence_is_exchanged() -> None:
    assert translated(LETTER, "text", shout) == LETTER.replace(
        "You joined\nthe list.", "You JOINED the list."
    )


def test_a_tag_over_several_lines_is_no_sentence() -> None:
    source = '{% set words = {\n  "weekly": _("one mail"),\n  "4": "no mail"} %}\nYou get it.\n'
    assert sentences(source, "text") == ["You get it."]


def test_conditions_inside_a_line_of_a_list_stay_in_it() -> None:
    source = (
        "- {{ name }}: {% if a %}the box is\n{% elif b %}full\n{% else %}gone{% endif %}\n\nEnd.\n"
    )
    whole = "- {{ name }}: {% if a %}the box is {% elif b %}full {% else %}gone{% endif %}"
    assert sentences(source, "text") == [whole, "End."]


def test_html_is_cut_at_blocks_and_not_inside_a_sentence() -> None:
    source = (
        '<h1>Your settings</h1>\n<p>You can <a href="{{ url }}">leave {{ title }}</a> today.</p>\n'
        '{% if a %}\n<p>Yes{% if b %}, {{ b }}{% endif %}.</p>\n{% endif %}<img alt="A map" src="">'
        "<style>a { color: red }</style>"
    )
    assert sentences(source, "html") == [
        "Your settings",
        'You can <a href="{{ url }}">leave {{ title }}</a> today.',
        "Yes{% if b %}, {{ b }}{% endif %}.",
        "A map",
    ]


def test_an_element_around_a_whole_sentence_is_left_out() -> None:
    source = '<p><a class="button" href="{{ url }}">Ask for a new link</a></p>'
    assert sentences(source, "html") == ["Ask for a new link"]
    assert "<p><a " in translated(source, "html", str.upper)


@pytest.mark.parametrize(
    "wrong",
    ["", "Bonjour", "Bonjour {{ nom }}", "Bonjour {{ name }} {{ name }}", "{{ name }} {% if x %}"],
)
def test_a_translation_that_lost_a_name_is_passed_over(wrong: str) -> None:
    assert translated("Hello {{ name }}\n", "text", lambda _: wrong) == "Hello {{ name }}\n"


def test_a_translation_may_move_what_it_keeps() -> None:
    moved = "{{ b }} von {{ a }}"
    assert translated("{{ a }} of {{ b }}\n", "text", lambda _: moved) == moved + "\n"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_a_template_that_nobody_translates_stays_as_it_is(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert translated(source, kind_of(path.name), lambda sentence: sentence) == source


@given(st.text(alphabet="ab {}%#<>/\"'=-\n.", max_size=200), st.sampled_from(["text", "html"]))
def test_no_source_is_lost(source: str, kind: Kind) -> None:
    assert translated(source, kind, lambda sentence: sentence) == source


def test_expressions_are_compared_without_their_blanks() -> None:
    assert expressions("{{ a }} {% if  b %}") == ["{% if b %}", "{{ a }}"]
