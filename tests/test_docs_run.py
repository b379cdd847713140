"""The code on the pages for programmers runs as it stands there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(
    page for page in (ROOT / "docs").glob("*.md") if "```python\n" in page.read_text("utf-8")
)
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def test_there_is_a_page_that_runs() -> None:
    assert ROOT / "docs" / "python-api.md" in PAGES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_of_a_page_runs_in_its_order(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = page.read_text("utf-8")
    names: dict[str, object] = {}
    for block in BLOCK.finditer(text):
        line = text.count("\n", 0, block.start(1))
        # Empty lines before it, so that a fault names the line of the page.
        code = compile("\n" * line + block.group(1), page.name, "exec")
        exec(code, names)  # noqa: S102 - our own pages
    for name in re.findall(r'Path\("([\w-]+\.svg)"\)', text):
        assert (tmp_path / name).read_text("utf-8").startswith("<svg")


def test_links_between_pages_lead_somewhere() -> None:
    for page in (ROOT / "docs").glob("*.md"):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
