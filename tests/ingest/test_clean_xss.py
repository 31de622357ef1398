"""No attack by HTML survives cleaning: not in its form, not in a real browser, not in a mail."""

from __future__ import annotations

import html
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment
from mjml import mjml2html

from ingest.clean import clean_html, words_only
from tests.chromium import dom
from tests.ingest.xss import WRAPPINGS, attacks, faults, wrapped
from tests.needs import times

LIST = attacks()


def test_c6_there_are_enough_attacks() -> None:
    assert len(LIST) > 700
    assert len(set(LIST)) == len(LIST)


def test_c6_no_attack_keeps_its_form() -> None:
    bad = {attack: found for attack in LIST if (found := faults(clean_html(attack).html))}
    assert not bad


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_c6_no_attack_keeps_its_form_anywhere_in_a_mail(wrapping: str) -> None:
    bad = {}
    for attack in LIST[:: 1 if wrapping == "{}" else times(5, 1)]:
        cleaned = clean_html(wrapping.replace("{}", attack)).html
        if found := faults(cleaned):
            bad[attack] = found
    assert not bad


def test_c6_cleaning_what_is_clean_changes_nothing() -> None:
    for attack in LIST:
        once = clean_html(attack).html
        assert clean_html(once).html == once, attack


def test_c6_the_words_alone_are_plain() -> None:
    for attack in LIST:
        assert not faults(words_only(attack)), attack


# In a browser ----------------------------------------------------------------------------------

RUN = "document.documentElement.setAttribute(`data-ran`,1)"
PAGE = "<!doctype html><html><meta charset=utf-8><title>page</title><body>{}</body></html>"


class _Counting(BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(404)
        self.end_headers()

    do_HEAD = do_POST = do_GET

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def counting() -> Iterator[tuple[str, list[str]]]:
    """A server that must not be asked for anything, and what it was asked for."""
    asked: list[str] = []
    handler = type("Handler", (_Counting,), {"asked": asked})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def _shown(tmp_path: Path, pieces: list[str]) -> str:
    file = tmp_path / "page.html"
    file.write_text(PAGE.format("\n".join(f"<div>{piece}</div>" for piece in pieces)), "utf-8")
    return dom(file.as_uri())


@pytest.mark.chromium
def test_the_browser_sees_attacks_that_nobody_cleaned(
    tmp_path: Path, counting: tuple[str, list[str]]
) -> None:
    host, asked = counting
    dirty = ["<img src=x onerror='RUN'>", "<script>RUN</script>", "<img src=http://HOST/i>"]
    shown = _shown(tmp_path, [piece.replace("RUN", RUN).replace("HOST", host) for piece in dirty])
    assert "data-ran" in shown.partition(">")[0] + shown.partition("<head")[0]
    assert asked == ["/i"]


@pytest.mark.chromium
def test_c6_c7_no_attack_runs_or_fetches_in_a_browser(
    tmp_path: Path, counting: tuple[str, list[str]]
) -> None:
    host, asked = counting
    pieces = [
        clean_html(piece).html
        for attack in attacks(RUN, host)
        for piece in list(wrapped(attack))[:3]
    ]
    again = html.escape("".join(pieces[::3]))
    # Also as a program would put it into a page: from a string, by innerHTML.
    script = "<script>b.innerHTML=a.textContent</script>"
    shown = _shown(tmp_path, [*pieces, f"<pre id=a>{again}</pre><div id=b></div>{script}"])
    assert "data-ran" not in shown.partition("<head")[0]
    assert asked == []


MJML = (
    "<mjml><mj-body><mj-section><mj-column><mj-text>{}</mj-text></mj-column></mj-section>"
    "</mj-body></mjml>"
)


@pytest.mark.chromium
def test_c6_no_attack_runs_in_a_mail_made_of_mjml_and_jinja(
    tmp_path: Path, counting: tuple[str, list[str]]
) -> None:
    host, asked = counting
    pieces = [clean_html(attack).html for attack in attacks(RUN, host)]
    template = Environment(autoescape=True).from_string(
        mjml2html(MJML.format("POSTS"), fonts={}).replace(
            "POSTS", "{% for post in posts %}<div>{{ post|safe }}</div>{% endfor %}"
        )
    )
    inside = []
    for piece in pieces:
        # Nobody should, but were it put into MJML before it is compiled, it must be as harmless.
        try:
            inside.append(mjml2html(MJML.format(piece), fonts={}))
        except ValueError:
            continue
    assert len(inside) > len(pieces) / 2
    assert "onmouseover" not in mjml2html(MJML.format("<p>a</p>"), fonts={})
    shown = _shown(tmp_path, [template.render(posts=pieces), *inside])
    assert "data-ran" not in shown.partition("<head")[0]
    assert asked == []


def test_attributes_in_mjml_stay_attributes() -> None:
    cleaned = clean_html("""<abbr title='x" onmouseover="alert(1)'>a</abbr>""").html
    assert ' onmouseover="' not in mjml2html(MJML.format(cleaned), fonts={})


# By chance -------------------------------------------------------------------------------------

_PIECES = st.sampled_from(
    [
        *LIST[::7],
        *("<", ">", '"', "'", "`", "=", "/", "&", ";", "\0", "\n", " ", "&lt;", "&quot;", "&#34;"),
        *("<a href=", "<img src=", "<p style=", "<svg>", "<math>", "</svg>", "</p>", "<style>"),
        *("</style>", "<!--", "-->", "<![CDATA[", "]]>", "<table>", "<tr>", "<td>", "</table>"),
        *("<pre>", "\n", "<template>", "<select>", "<b>", "</b>", "<form>", "</form>", "<br>"),
        *("<span>", "</span>", "<div dir=rtl>", "<center>", "<font size=0>", "<a>", "</a>"),
        *("javascript:", "https://evil.example/", "bank.example", "cid:a", "onerror=alert(1)"),
        *("\u202e", "\u200b", "e\u0301\u0301\u0301\u0301", "سلام", "<p style=display:none>"),
        *("<p style=font-size:0>", "<p style='font-size:12px'>", "<li>", "<ul>", "{{7*7}}"),
    ]
)


@given(st.lists(_PIECES | st.text(max_size=8), max_size=30).map("".join))
def test_c6_any_mixture_comes_out_plain_and_stays_as_it_is(dirty: str) -> None:
    once = clean_html(dirty).html
    assert not faults(once)
    assert clean_html(once).html == once


@given(st.text())
def test_any_text_comes_out_plain(dirty: str) -> None:
    assert not faults(clean_html(dirty).html)
    assert not faults(words_only(dirty))
