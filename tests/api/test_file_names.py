"""Codes that would leave their folder, as names of files."""

from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.file_names import disposition, file_name

FOLDER = Path("/somewhere")


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("SP-1", "SP-1"),
        ("一号点位", "一号点位"),
        ("../x", "%2E%2E%2Fx"),  # out of the folder
        ("/etc/x", "%2Fetc%2Fx"),  # anywhere
        ("a\\b:c", "a%5Cb%3Ac"),  # the same elsewhere
        ("a%2Fb", "a%252Fb"),  # no other code's name
    ],
)
def test_a_code_is_a_name_in_its_folder(code: str, name: str) -> None:
    assert file_name(code) == name


@given(st.text(min_size=1), st.text(min_size=1))
def test_names_stay_within_and_apart(one: str, other: str) -> None:
    assert (FOLDER / f"{file_name(one)}.pdf").parent == FOLDER
    assert (file_name(one) == file_name(other)) == (one == other)


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("SY-1-C01.pdf", 'inline; filename="SY-1-C01.pdf"'),
        ("张.pdf", "inline; filename=\"_.pdf\"; filename*=UTF-8''%E5%BC%A0.pdf"),
    ],
)
def test_a_file_is_named_in_a_header(name: str, header: str) -> None:
    assert disposition(name) == header


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_a_header_holds_no_quote_and_no_line_of_others(name: str) -> None:
    header = disposition(name)
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
    assert unquote(header.rpartition("''")[2]) == name or f'"{name}"' in header
