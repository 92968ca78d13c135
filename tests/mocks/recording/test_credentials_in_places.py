"""Where credentials stood once: in names of files, behind names in paths, behind prologues."""

import time
from pathlib import Path

from mocks.recording.kept import Exchange, Recording
from mocks.recording.published import is_published
from mocks.recording.redaction import Redaction

SECRET = "AbCdEf0123456789xyz"
XSD = "http://www.w3.org/2001/XMLSchema"


def test_every_name_of_a_path_is_looked_at() -> None:
    shown = Redaction().address(f"/users/password-reset-tokens/{SECRET}/tokens/{SECRET}?a=1")

    assert shown == "/users/password-reset-tokens/***/tokens/***?a=1"


def test_only_a_root_of_a_describing_language_is_such_a_document() -> None:
    assert is_published(f'<?xml version="1.0"?><!-- a --><xs:schema xmlns:xs="{XSD}">')
    assert is_published('<definitions xmlns="http://schemas.xmlsoap.org/wsdl/">')
    assert not is_published(f'<definitions xmlns:xsi="{XSD}-instance"><password>x</password>')
    assert not is_published(f'<b:definitions xmlns:b="urn:bpmn" xmlns:xs="{XSD}">')


def test_a_long_prologue_is_not_gone_through_again_and_again() -> None:
    began = time.perf_counter()

    assert not is_published("<?a?>" * 5_000 + "<a/>")

    assert time.perf_counter() - began < 1


def test_a_name_behind_a_secret_one_names_no_file(tmp_path: Path) -> None:
    passed = Exchange(
        method="GET", target=f"/tokens/{SECRET}", headers={}, body=b"", status=200,
        reply_headers={}, reply_body=b"",
    )  # fmt: skip

    file = Recording(folder=tmp_path, redaction=Redaction(), most=1).keep(passed)

    assert SECRET.lower() not in file.name
