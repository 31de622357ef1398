"""Compares what the DNS says about a list's domain with what it has to say, record by record."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from config import Settings
from config.settings import is_at_home
from delivery.dkim_sign import Signer, dns_record
from ingest.resolver import Dns, Resolver, Unanswered
from storage.addresses import a_labels
from web.finding import Finding

SECONDS = 3.0


def resolver_of(settings: Settings) -> Resolver:
    return Dns([settings.dns_server] if settings.dns_server else [])


def check_domain(settings: Settings, resolver: Resolver, domain: str) -> list[Finding]:
    """One finding for each record; what is missing stands in it, ready to copy."""
    name = a_labels(domain)
    checks = (_mx, _spf, _dkim, _dmarc)
    return [one for check in checks for one in check(settings, resolver, name)]


def check_our_names(settings: Settings, resolver: Resolver) -> list[Finding]:
    """Of the pages, and of this machine where it sends by itself."""
    try:
        return [*_pages(settings, resolver), *_reverse(settings, resolver)]
    except Unanswered as error:
        return [_silent("names", error)]


def _pages(settings: Settings, resolver: Resolver) -> list[Finding]:
    host = a_labels(urlsplit(settings.public_url).hostname or "")
    if _is_here(host) or not host.rpartition(".")[2].isalpha() or _addresses(resolver, host):
        return []
    says = f"{host}, where the pages are to be seen, has no address."
    return [_missing("pages", says, f"{host}. A and AAAA, the addresses of your web server")]


def _reverse(settings: Settings, resolver: Resolver) -> list[Finding]:
    """Large mail services refuse mail from an address without a name."""
    name = settings.hostname
    if not is_at_home(settings.outgoing) or settings.outgoing.startswith("maildir:"):
        return []
    addresses = _addresses(resolver, name) if name != "localhost" else ()
    for address in addresses:
        back = resolver.look_up(ip_address(address).reverse_pointer, "PTR", SECONDS)
        if name.lower() not in map(str.lower, back):
            says = f"The address {address} of {name} has {'another' if back else 'no'} name (PTR)."
            todo = f"Let your provider set its PTR record to {name}."
            return [Finding("ptr", "todo", says, todo)]
    return [Finding("ptr", "ok", f"The address of {name} bears that name.")] if addresses else []


def _is_here(host: str) -> bool:
    return not host or host == "localhost" or host.startswith("127.") or host == "::1"


def _mx(settings: Settings, resolver: Resolver, domain: str) -> list[Finding]:
    wanted = f"{domain}. MX 10 {_our_name(settings)}."
    try:
        servers = resolver.look_up(domain, "MX", SECONDS)
        if not servers:
            return [_missing("mx", f"{domain} has no MX record, so no mail comes.", wanted)]
        dead = [one for one in servers if not _addresses(resolver, one)]
    except Unanswered as error:
        return [_silent("mx", error)]
    if dead:
        says = f"The mail server {dead[0]} of {domain} has no address."
        return [_missing("mx", says, f"{dead[0]}. A and AAAA, the addresses of your mail server")]
    return [Finding("mx", "ok", f"Mail for {domain} goes to {', '.join(servers)}.")]


def _addresses(resolver: Resolver, host: str) -> Sequence[str]:
    return resolver.look_up(host, "A", SECONDS) or resolver.look_up(host, "AAAA", SECONDS)


def _spf(settings: Settings, resolver: Resolver, domain: str) -> list[Finding]:
    host = urlsplit(settings.outgoing).hostname or ""
    sends = f"a:{_our_name(settings)}" if _is_here(host) else f"a:{host}"
    wanted = f'{domain}. TXT "v=spf1 mx {sends} -all"'
    try:
        found = [
            one
            for one in resolver.look_up(domain, "TXT", SECONDS)
            if one.lower().split(" ")[0] == "v=spf1"
        ]
    except Unanswered as error:
        return [_silent("spf", error)]
    if not found:
        wanted += " (or the include: that your mail provider names)"
        return [_missing("spf", f"{domain} has no SPF record.", wanted)]
    if len(found) > 1:
        return [_missing("spf", f"{domain} has {len(found)} SPF records; one is allowed.", wanted)]
    if found[0].lower().split()[-1] == "+all":
        return [_missing("spf", f"The SPF record of {domain} lets everybody send.", wanted)]
    return [Finding("spf", "ok", f"SPF of {domain}: {found[0]}")]


def _dkim(settings: Settings, resolver: Resolver, domain: str) -> list[Finding]:
    signer = Signer.of(settings)
    if signer is None:
        says = "We do not sign. That is right where the mail server signs for the list's domain."
        todo = "Send yourself a mail and look for dkim=pass; else set POSTROUND_DKIM_KEY."
        return [Finding("dkim", "note", says, todo)]
    found = []
    for key in signer.keys:
        name, record = f"{key.selector}._domainkey.{domain}", dns_record(key)
        try:
            published = resolver.look_up(name, "TXT", SECONDS)
        except Unanswered as error:
            return [_silent("dkim", error)]
        if _public_key(record) in map(_public_key, published):
            found.append(Finding("dkim", "ok", f"{name} has our key."))
        else:
            says = f"{name} has {'another key' if published else 'no key'}."
            found.append(_missing("dkim", says, f'{name}. TXT "{record}"'))
    return found


def _public_key(record: str) -> str:
    tags = (tag.partition("=") for tag in record.replace(" ", "").split(";"))
    return {name: value for name, _, value in tags}.get("p", "")


def _dmarc(settings: Settings, resolver: Resolver, domain: str) -> list[Finding]:
    rua = f"; rua=mailto:{settings.operator[0]}" if settings.operator else ""
    name = f"_dmarc.{domain}"
    wanted = f'{name}. TXT "v=DMARC1; p=quarantine{rua}"'
    try:
        found = [
            one
            for one in resolver.look_up(name, "TXT", SECONDS)
            if one.replace(" ", "").lower().startswith("v=dmarc1")
        ]
    except Unanswered as error:
        return [_silent("dmarc", error)]
    if len(found) != 1:
        return [_missing("dmarc", f"{domain} has {len(found) or 'no'} DMARC record.", wanted)]
    if "p=none" in found[0].replace(" ", "").lower():
        says = f"DMARC of {domain} says p=none: whoever forges our name is not stopped."
        return [Finding("dmarc", "note", says, f"When all is well: {wanted}")]
    return [Finding("dmarc", "ok", f"DMARC of {domain}: {found[0]}")]


def _our_name(settings: Settings) -> str:
    return "YOUR-MAIL-SERVER" if settings.hostname == "localhost" else settings.hostname


def _missing(about: str, says: str, record: str) -> Finding:
    return Finding(about, "todo", says, f"Publish  {record}")


def _silent(about: str, error: Unanswered) -> Finding:
    return Finding(
        about, "todo", f"The DNS gave no answer ({error}).", "Try again; see POSTROUND_DNS_SERVER."
    )
