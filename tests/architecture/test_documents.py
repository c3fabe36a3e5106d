"""Every Python block in README and docs runs, in order, one namespace a page.

A block whose first line is a comment with the name of a file is that file: a test of its own page builds it.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(
    r"^(?P<indent>[ \t]*)```py(?:thon3?)?(?:[ \t][^\n]*)?\n(?P<code>.*?)^(?P=indent)```[ \t]*$",
    re.DOTALL | re.MULTILINE,
)
A_FILE = re.compile(r"# \S+/\S+\.py\n")


def blocks(page: str) -> list[tuple[int, str]]:
    """Each Python block of a page with the number of its first line."""
    return [
        (page.count("\n", 0, found.start("code")), re.sub(f"(?m)^{found['indent']}", "", found["code"]))
        for found in BLOCK.finditer(page)
        if not A_FILE.match(found["code"])
    ]


def run(page: str, named: str) -> dict[str, object]:
    """Run a page's blocks; a failure points at the line of the page."""
    namespace: dict[str, object] = {"__name__": "__main__"}
    for lines_above, code in blocks(page):
        exec(compile("\n" * lines_above + code, named, "exec", dont_inherit=True), namespace)
    return namespace


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_python_on_a_page_runs(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    run(path.read_text(), str(path))


def test_the_blocks_of_a_page_share_one_namespace():
    page = "Say\n```python\nopened = 1\n```\nand then\n\n1. this\n   ```python\n   closed = opened + 1\n   ```\n"

    assert run(page, "page.md")["closed"] == 2


def test_a_block_that_fails_names_its_page_and_line():
    page = "One.\n\n```python\nfine = True\n\nraise ValueError('no')\n```\n"

    with pytest.raises(ValueError, match="no") as failure:
        run(page, "page.md")

    where = failure.tb
    while where.tb_next:
        where = where.tb_next
    assert (where.tb_frame.f_code.co_filename, where.tb_lineno) == ("page.md", 6)


def test_a_block_in_another_language_does_not_run():
    assert blocks("```sh\nexit 1\n```\n\n```text\n```python-like```\n```\n") == []


def test_a_block_that_is_a_file_does_not_run():
    assert blocks("```python\n# src/one.py\nraise ValueError\n```\n\n```python\n# a remark\n```\n") == [
        (6, "# a remark\n")
    ]
