"""How long the certificate is good that we show to those who bring mail."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from config import Settings
from web.finding import Finding

SOON = timedelta(days=14)
"""Certbot renews 30 days before the end: what is left of less was not renewed."""
_TODO = "Renew POSTROUND_TLS_CERTIFICATE and start again: it is read at the start."


def check_certificate(settings: Settings, now: datetime) -> list[Finding]:
    """Nothing where there is none, or where this process may not read it."""
    try:
        content = Path(settings.tls_certificate).read_bytes() if settings.tls_certificate else b""
        # The server's own comes first, those of its authorities after it.
        over = x509.load_pem_x509_certificate(content).not_valid_after_utc if content else None
    except (OSError, ValueError):
        return []
    if over is None:
        return []
    if over <= now:
        says = f"The certificate for mail is over since {over:%Y-%m-%d %H:%M} UTC."
        return [Finding("certificate", "bad", says, _TODO)]
    if over - now < SOON:
        says = f"The certificate for mail is over on {over:%Y-%m-%d %H:%M} UTC."
        return [Finding("certificate", "todo", says, _TODO)]
    return [
        Finding("certificate", "ok", f"The certificate for mail is good until {over:%Y-%m-%d}.")
    ]
