"""Everybody in the demo is invented: hosts, numbers and accounts are of reserved ranges."""

from __future__ import annotations

import re

import pytest
from stdnum import iban, luhn

from tests.kb.demo.world import GOLD, PERSONAL, QUESTIONS, traits, written_texts

HOST = re.compile(
    r"(?<=@)[\w-]+(?:\.[\w-]+)+"
    r"|(?<=://)[\w.-]+\w"
    r"|\b(?:[\w-]+\.)+(?:com|org|net|de|at|ch|eu|io|uk|shop|info|biz|ru|app)\b",
    re.IGNORECASE,
)
RESERVED_HOST = re.compile(r"(?:[\w-]+\.)*example\.(?:com|org|net)")
IBAN = re.compile(r"\b[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,4})?\b")
DOCUMENTED_IBANS = {
    "DE89370400440532013000",
    "GB82WEST12345698765432",
    "AT611904300234573201",
    "CH9300762011623852957",
}
CARD = re.compile(r"(?<!\d)(?:\d[ -]?){15}\d(?!\d)")
TEST_CARDS = {"4111111111111111"}
PHONE = re.compile(r"(?<![\w-])[+0(][\d ()/-]{7,}\d")
RESERVED_PHONE = re.compile(
    r"(?:44|0)1632960\d{3}|(?:44|0)7700900\d{3}|(?:49|0)3023125\d{3}|(?:49|0)17139200\d\d"
    r"|1?[2-9]\d{2}55501\d\d"
)
TEXTS = list(written_texts())


def test_all_hosts_and_mail_addresses_are_reserved_for_examples():
    hosts = {(host, place) for place, text in TEXTS for host in HOST.findall(text)}
    assert len({host for host, _ in hosts}) >= 3
    assert {one for one in hosts if not RESERVED_HOST.fullmatch(one[0].lower())} == set()


@pytest.mark.parametrize("real", ["mail me at kim@gmail.com", "see https://kaffee.de", "shop.io"])
def test_a_real_host_would_be_noticed(real):
    assert [host for host in HOST.findall(real) if not RESERVED_HOST.fullmatch(host)]


def test_bank_accounts_are_the_documented_examples():
    found = {
        match.replace(" ", "")
        for _, text in TEXTS
        for match in IBAN.findall(text)
        if iban.is_valid(match)
    }
    assert len(found) >= 2
    assert found <= DOCUMENTED_IBANS


def test_card_numbers_are_those_for_tests():
    found = {
        re.sub(r"\D", "", match) for _, text in TEXTS for match in CARD.findall(IBAN.sub("", text))
    }
    assert {number for number in found if luhn.is_valid(number)} == TEST_CARDS


def test_phone_numbers_come_from_ranges_reserved_for_fiction():
    numbers = {
        (re.sub(r"\D", "", match), place)
        for place, text in TEXTS
        for match in PHONE.findall(CARD.sub("", IBAN.sub("", text)))
    }
    assert len({number for number, _ in numbers}) >= 20
    assert {one for one in numbers if not RESERVED_PHONE.fullmatch(one[0])} == set()


@pytest.mark.parametrize("real", ["0171 1234567", "+44 20 7946 1958", "(202) 456-1111"])
def test_a_real_phone_number_would_be_noticed(real):
    digits = re.sub(r"\D", "", PHONE.findall(real)[0])
    assert not RESERVED_PHONE.fullmatch(digits)


def test_what_masking_must_find_is_named_in_the_truth():
    by_id = {question["id"]: question for question in QUESTIONS}
    kinds = {row["kind"] for row in PERSONAL}
    assert kinds == {"name", "email", "phone", "iban", "card", "order"}
    for row in PERSONAL:
        question = by_id[row["question_id"]]
        whole = "\n".join((question["subject"], question["text"]))
        assert row["text"] in whole, row
    assert len(PERSONAL) >= 300


def test_every_number_and_address_that_a_customer_writes_is_in_the_truth():
    planted = {(row["question_id"], row["text"]) for row in PERSONAL}
    for question in QUESTIONS:
        whole = "\n".join((question["subject"], question["text"]))
        for match in re.findall(r"\bCO-\d{6}\b|[\w.+-]+@[\w-]+(?:\.[\w-]+)+", whole):
            assert (question["id"], match) in planted, question["id"]


def test_personal_questions_are_marked():
    having = {row["question_id"] for row in PERSONAL if row["kind"] in ("phone", "iban", "card")}
    assert having <= {question_id for question_id in GOLD if "personal" in traits(question_id)}
