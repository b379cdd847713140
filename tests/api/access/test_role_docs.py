from pathlib import Path

from api.access.role_docs import table

DOCS = Path(__file__).parents[3] / "docs" / "roles.md"


def test_the_documentation_shows_the_table_that_is_checked():
    assert table() in DOCS.read_text(encoding="utf-8")
