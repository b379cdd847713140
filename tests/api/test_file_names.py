"""Codes that would leave their folder, as names of files."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.file_names import file_name

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
