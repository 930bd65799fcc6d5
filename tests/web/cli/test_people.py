"""Accounts at the command line: added, listed, given passwords, changed, disabled."""

from __future__ import annotations

import json
import re

import pytest

PASSWORD = "a quiet garden with nine hens"


@pytest.fixture
def password_file(tmp_path):
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\nsecond line\n", encoding="utf-8")
    return str(file)


def test_an_account_gets_a_password_from_a_file_or_a_link(record, run, password_file):
    with_password = run(
        *("user", "add", "Kim", "--role", "admin", "--email", "kim@example.com"),
        *("--password-file", password_file, "--json"),
    )
    assert json.loads(with_password.out)["link"] == ""
    invited = run("user", "add", "Ada", "--email", "ada@example.com")

    assert re.fullmatch(r"/new-password/[\w-]{43}\n", invited.out)
    listed = json.loads(run("user", "list", "--json").out)["accounts"]
    assert [(one["name"], one["role"], one["has_password"]) for one in listed] == [
        ("Ada", "agent", False),
        ("Kim", "admin", True),
    ]
    assert all(one["email_confirmed_at"] for one in listed)
    assert "Kim" not in run("user", "list", "ada@").out


def test_a_weak_password_or_an_unreadable_file_adds_nobody(record, run, tmp_path):
    weak = tmp_path / "weak"
    weak.write_text("password123", encoding="utf-8")
    for path in (str(weak), str(tmp_path / "none"), str(tmp_path)):
        refused = run("user", "add", "Kim", "--password-file", path)
        assert refused.code == 2
        assert len(refused.err.strip().splitlines()) == 1

    assert json.loads(run("user", "list", "--json").out)["accounts"] == []


def test_password_role_and_access_are_changed(record, run, password_file):
    run("user", "add", "Kim", "--role", "admin")
    assert run("user", "password", "Kim", "--password-file", password_file).code == 0
    assert "/new-password/" in run("user", "password", "Kim").out
    assert run("user", "password", "Nobody").code == 2

    assert run("user", "role", "Kim", "agent").code == 2, "the last administrator"
    assert run("user", "disable", "Kim").code == 2
    run("user", "add", "Lee", "--role", "admin")
    assert run("user", "role", "Kim", "moderator").code == 0
    assert run("user", "disable", "Kim").code == 0
    assert "disabled" in run("user", "list").out
    assert run("user", "password", "Kim").code == 2
    assert run("user", "enable", "Kim").code == 0
    assert "disabled" not in run("user", "list").out
