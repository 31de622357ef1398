"""Makes an address that a stranger wrote fit to be clicked, and says where it really leads.
It looks at one address at a time; which elements of a page may hold one is not decided here."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from urllib.parse import parse_qs, unquote

from ingest.characters import clean_line, clean_text
from ingest.hosts import ascii_host, hosts_named, is_deceptive, same_owner, shown_host

SCHEMES = frozenset({"http", "https", "mailto", "tel", "cid"})
LINK_LENGTH = 4000
"""Longer addresses are somebody's data, and some mail programs cut them anyway."""

_TRACKING_PREFIXES = (
    *("utm_", "mtm_", "pk_", "piwik_", "matomo_", "hsa_", "_hs", "__hs", "hsctatrack"),
    *("elqtrack", "elqaid", "elqat", "elqcampaign", "elqmid", "oly_anon", "oly_enc", "vero_"),
    *("ck_subscriber", "ml_subscriber", "at_custom", "guce_referrer", "fb_action", "trk_"),
)
_TRACKING = frozenset(
    """
        mc_cid mc_eid mc_tc fbclid gclid gclsrc dclid gbraid wbraid gad_source gad_campaignid
        msclkid yclid ysclid twclid ttclid igshid igsh li_fat_id mkt_tok wickedid s_cid _openstat
        _ke _kx _gl _ga epik rb_clickid srsltid nr_email_referer bbeml dm_i dm_t emci emdi ceid
        guccounter ref_src ref_url xtor sc_eh sc_lid sc_llid sc_uid cmpid mkcid mkevt mkrid spm
        vgo_ee tracking_id ndclid sfmc_id sfmc_sub et_rid et_cid at_medium at_campaign fb_ref
        fb_source __twitter_impression elq elqtrackid _branch_match_id _branch_referrer
    """.split()  # noqa: SIM905 - a list of sixty quoted names is harder to read
)
_WEB = re.compile(
    r"(https?):[/\\]{0,9}([^/\\?#]*)([^?#]*)(\?[^#]*)?(#.*)?", re.IGNORECASE | re.DOTALL
)
_LINE_BREAKS = re.compile(r"[\t\r\n]+")
_PORT = re.compile(r"(.*):([0-9]{0,5})", re.DOTALL)
_ENCODED = {ord(c): f"%{ord(c):02X}" for c in ' "<>`{}|^\u00a0'}
_MAILTO_FIELDS = ("subject=", "body=", "cc=")
_MAIL_ADDRESS = re.compile(r"[^\s@<>\"',;:()\\]{1,64}@[^\s@<>\"',;:()\\/]{1,253}")
_TELEPHONE = re.compile(r"[0-9+*#().,;=A-Za-z-]{2,60}")
_CONTENT_ID = re.compile(r"[\w.!#$%&'*+/=?^`{|}~@:-]{1,250}", re.ASCII)


def clean_link(address: str) -> str | None:
    """The address with an allowed scheme, its host in ASCII (RFC 5890), without user name,
    tracking parameters and the wrapping of mail filters; None when nobody should click it."""
    if len(address) > LINK_LENGTH:
        return None
    # Browsers drop tabs and line ends inside an address before they look at its scheme.
    address = clean_line(_LINE_BREAKS.sub("", address))
    scheme, colon, rest = address.partition(":")
    read = _READERS.get(scheme.lower()) if colon else None
    return read(rest) if read else None


def host_of(link: str) -> str:
    """The host of a cleaned link, or the domain of a cleaned mailto; "" when it has none."""
    if link.startswith("mailto:"):
        return link[7:].partition("?")[0].rpartition("@")[2].lower()
    match = _WEB.match(link)
    return _PORT.sub(r"\1", match[2]) if match else ""


def lying_host(text: str, link: str) -> str | None:
    """Where a cleaned link really leads, when its text names a host of somebody else or one that
    is spelt to deceive; None when the text is honest or names no host."""
    real = host_of(link)
    for named in hosts_named(clean_line(text)) if real else ():
        if is_deceptive(named) or not same_owner(ascii_host(named) or named, real):
            return shown_host(real)
    return None


def has_hidden_host(address: str) -> bool:
    """True for addresses such as https://bank.example@evil.example/, whose beginning names one
    host and whose end another."""
    match = _WEB.match(address.strip())
    return match is not None and "." in unquote(match[2]).rpartition("@")[0]


def is_tracked(address: str) -> bool:
    """True when `clean_link` cuts something from the address by which people are tracked."""
    match = _WEB.match(address.strip())
    if match is None:
        return False
    parts = ((match[4] or "")[1:], (match[5] or "")[1:])
    return any(_tracks(pair) for part in parts if "=" in part for pair in part.split("&"))


def _web(scheme: str) -> Callable[[str], str | None]:
    return lambda rest: _clean_web(f"{scheme}:{rest}", unwrap=3)


def _clean_web(address: str, unwrap: int) -> str | None:
    match = _WEB.fullmatch(address)
    if not match:
        return None
    scheme, authority, path, query, fragment = (part or "" for part in match.groups())
    authority = unquote(authority).rpartition("@")[2]
    name, _, port = authority.partition(":") if "[" not in authority else (authority, "", "")
    host = ascii_host(name)
    if not host or (port and not (port.isascii() and port.isdigit())):
        return None
    inner = _unwrapped(host, path, query) if unwrap else None
    if inner and (link := _clean_web(inner, unwrap - 1)):
        return link
    rest = path.replace("\\", "/") + _without_tracking(query) + _without_tracking(fragment)
    return f"{scheme.lower()}://{host}{':' + port if port else ''}{rest.translate(_ENCODED)}"


def _without_tracking(part: str) -> str:
    """A query or fragment with its first character, without the parameters that track people."""
    if len(part) < 2 or "=" not in part:
        return part
    kept = [pair for pair in part[1:].split("&") if not _tracks(pair)]
    return part[0] + "&".join(kept) if kept else ""


def _tracks(pair: str) -> bool:
    name = unquote(pair.partition("=")[0]).lower().removeprefix("amp;")
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)


def _unwrapped(host: str, path: str, query: str) -> str | None:
    """The address inside one that a mail filter or search page has wrapped around it. The
    wrapping often carries the address of the person to whom the mail was sent."""
    if host.endswith(".safelinks.protection.outlook.com"):
        return _parameter(query, "url")
    if host.removeprefix("www.").startswith("google.") and path == "/url":
        return _parameter(query, "q") or _parameter(query, "url")
    if host in ("l.facebook.com", "lm.facebook.com"):
        return _parameter(query, "u")
    if host == "linkprotect.cudasvc.com":
        return _parameter(query, "a")
    if host == "urldefense.com" and path.startswith("/v3/__"):
        inner = (path[6:] + query).rpartition("__;")[0]
        # Characters that their scheme replaced by * cannot be guessed back here.
        return None if "*" in inner else inner.replace(":/", "://", 1).replace(":///", "://")
    if host == "urldefense.proofpoint.com":
        spelt = re.match(r"\?(?:.*&)?u=([^&]*)", query)
        return unquote(spelt[1].replace("-", "%").replace("_", "/")) if spelt else None
    return None


def _parameter(query: str, name: str) -> str | None:
    try:
        values = parse_qs(query[1:], max_num_fields=50).get(name)
    except ValueError:
        return None
    value = clean_line(values[0]) if values else ""
    return value if value[:7].lower() == "http://" or value[:8].lower() == "https://" else None


def _clean_mailto(rest: str) -> str | None:
    addresses, _, fields = rest.partition("?")
    kept = [a.strip() for a in clean_line(unquote(addresses)).split(",")]
    kept = [a for a in kept if _MAIL_ADDRESS.fullmatch(a)]
    if not kept:
        return None
    # Other fields (bcc, attach …) act behind the back of whoever clicks.
    pairs = [pair for pair in fields.split("&") if pair.lower().startswith(_MAILTO_FIELDS)]
    query = "?" + "&".join(pairs) if pairs else ""
    return ("mailto:" + ",".join(kept).replace("%", "%25") + query).translate(_ENCODED)


def _clean_telephone(rest: str) -> str | None:
    number = unquote(rest).replace(" ", "").replace("/", "-")
    return f"tel:{number}" if _TELEPHONE.fullmatch(number) else None


def _clean_content_id(rest: str) -> str | None:
    return f"cid:{rest}" if _CONTENT_ID.fullmatch(rest) else None


_READERS: dict[str, Callable[[str], str | None]] = {
    "http": _web("http"),
    "https": _web("https"),
    "mailto": _clean_mailto,
    "tel": _clean_telephone,
    "cid": _clean_content_id,
}


# Plain text ------------------------------------------------------------------------------------

_IN_TEXT = re.compile(
    r"<(?P<bracketed>https?://[^\s<>]{1,2000})>"
    r"|(?<![\w@.])(?P<web>(?:https?://|www\.)[^\s<>\"]{1,2000})"
    r"|(?<![\w.+%@-])(?P<mail>[\w.+%-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_][\w-]{1,62})",
    re.IGNORECASE,
)


def linkify(text: str) -> str:
    """One line or more of plain text as HTML: escaped, with links for its web and mail
    addresses, and each such address written as it will be followed."""
    text = clean_text(text)
    parts: list[str] = []
    end = 0
    for match in _IN_TEXT.finditer(text):
        parts += [html.escape(text[end : match.start()]), _anchor(match)]
        end = match.end()
    return "".join([*parts, html.escape(text[end:])])


def with_clean_links(text: str) -> str:
    """The same plain text with each web address as `linkify` would write it."""
    return _IN_TEXT.sub(_cleaned, text)


def _cleaned(match: re.Match[str]) -> str:
    if match["web"] is None and match["bracketed"] is None:
        return match[0]
    written = match["bracketed"] or match["web"]
    address = _without_end(written)
    link = clean_link(_with_scheme(address, False))
    return match[0] if link is None else match[0].replace(address, _shown(address, link), 1)


def _anchor(match: re.Match[str]) -> str:
    written = match["bracketed"] or match["web"] or match["mail"]
    address = _without_end(written)
    link = clean_link(_with_scheme(address, bool(match["mail"])))
    if link is None:
        return html.escape(written)
    shown = _shown(address, link)
    rest = html.escape(written[len(address) :])
    return f'<a href="{html.escape(link)}">{html.escape(shown)}</a>{rest}'


def _without_end(written: str) -> str:
    """The address without the marks that belong to the sentence around it."""
    address = written.rstrip(".,;:!?'*_…»”’")
    while address.endswith((")", "]")) and address.count("(") + address.count("[") < (
        address.count(")") + address.count("]")
    ):
        address = address[:-1].rstrip(".,;:!?'")
    return address


def _with_scheme(address: str, mail: bool) -> str:
    if mail:
        return "mailto:" + address
    return address if address[:4].lower() == "http" else "https://" + address


def _shown(address: str, link: str) -> str:
    if link.startswith("mailto:"):
        return address
    shown = link.replace(f"//{host_of(link)}", f"//{shown_host(host_of(link))}", 1)
    return shown if address[:4].lower() == "http" else shown.removeprefix("https://")
