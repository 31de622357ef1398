"""What mail systems say of an address, and whether it is dead; the words count before the code."""

from __future__ import annotations

import pytest

from ingest import diagnosis

DEAD = [
    "550 5.1.1 <carol@reader.example>: Recipient address rejected: User unknown in local table",
    "550 5.4.1 [carol@reader.example]: Recipient address rejected: Access denied [eop.example]",
    "550 Mailbox unavailable",
    "550 Invalid recipient <carol@reader.example> (#5.1.1)",
    "511 sorry, no mailbox here by that name (#5.1.1 - chkuser)",
    "550 User not found: carol@reader.example",
    "550 Mailbox not found. http://help.reader.example/x",
    "550 No such user - psmtp",
    "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
    "550 Account closed",
    "550 carol@reader.example has left the company",
    "User carol not listed in public Name & Address Book",
    "550 5.1.2 unknown host",
    "an MX or SRV record indicated no SMTP service",
    "unable to look up host reader.example: nodename nor servname provided, or not known",
    "host antispam.reader.example said: 550 user unknown",
    "utilisateur inconnu",
    "Empfänger unbekannt",
    "usuario desconocido",
    "нет такого пользователя",
    "收件人不存在",
    "ユーザーが見つかりません",
    "존재하지 않는 사용자",
]
OUT_OF_REACH = [
    "550 5.7.1 Unable to relay",
    "554 5.7.1 <carol@reader.example>: Recipient address rejected: Access denied",
    "450 4.2.0 mailbox unavailable",
    "552 5.2.2 Over quota",
    "550 5.1.1 <carol@reader.example> mailbox full",
    "550 5.1.8 Sender domain must exist",
    "550-Verification failed for <news@lists.example> 550 Sender verify failed: unknown user",
    "554 This account has been disabled or discontinued [#102]. - mta1",
    "550 User suspended",
    "550 Connection frequency limited",
    "554 5.4.14 Hop count exceeded - possible mail loop",
    "550 5.1.1 mail receiving disabled",
    "421 4.7.0 Messages from 192.0.2.1 temporarily deferred",
    "550 High probability of spam",
    "552 Message size exceeds maximum permitted",
    "mail for reader.example loops back to myself",
    "Name service error for name=reader.example type=MX: Host not found, try again",
    "boîte aux lettres pleine",
    "Postfach voll",
    "почтовый ящик переполнен",
    "收件人邮箱已满",
]


@pytest.mark.parametrize("said", DEAD)
def test_words_that_say_the_address_is_dead(said: str) -> None:
    assert diagnosis.by_words(said) == "hard"


@pytest.mark.parametrize("said", OUT_OF_REACH)
def test_words_that_leave_the_address_alive(said: str) -> None:
    assert diagnosis.by_words(said) == "soft"


def test_codes_count_where_words_say_nothing() -> None:
    assert diagnosis.by_words("550 5.1.1 no") is None
    assert diagnosis.by_code("5.1.1") == "hard"
    assert diagnosis.by_code("5.2.2") == "soft"
    assert diagnosis.by_code("4.4.1") == "soft"
    assert diagnosis.by_code(None) is None


def test_a_code_is_not_a_version_or_an_address() -> None:
    assert diagnosis.code_in("host 192.0.5.1.1 said 550 5.1.10 no") == "5.1.10"
    assert diagnosis.code_in("Release 2.0.12 of the list") is None


def test_advice_in_a_notice_says_nothing() -> None:
    assert diagnosis.by_notice("It failed. Check that the address is not an unknown user.") is None
