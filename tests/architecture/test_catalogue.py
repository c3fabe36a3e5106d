"""The catalogues in docs say what the code says, and every page of docs can be found."""

import re
from pathlib import Path

import catalogue
import pytest

from ihs_cases.editions import installed
from ihs_domain.editions import cited
from ihs_record.names import WORDS

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?:)(?P<path>[^)#]*)(?:#(?P<part>[^)]*))?\)")


def headings(page: Path) -> set[str]:
    """The anchors that a page's headings make."""
    found = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in found}


def dead_links(page: Path) -> list[str]:
    """The links of a page that lead nowhere."""
    dead = []
    for link in LINK.finditer(page.read_text()):
        target = (page.parent / link["path"]).resolve() if link["path"] else page
        if not target.exists() or (link["part"] and link["part"] not in headings(target)):
            dead.append(link[0])
    return dead


@pytest.mark.parametrize("name", catalogue.PAGES)
def test_a_checked_in_catalogue_is_what_the_code_says(name):
    kept = (ROOT / "docs" / f"{name}.md").read_text()

    assert kept == catalogue.page(name), "run tests/support/catalogue.py and keep what it writes"


def test_every_event_that_can_be_put_on_record_has_its_section():
    sections = re.findall(
        r"^### (\w+)$", catalogue.page("reference/events").partition("\n## Values\n")[0], re.MULTILINE
    )

    assert sections == list(WORDS)


def test_every_clause_that_a_table_rests_on_is_in_the_catalogue_with_what_carries_it_out():
    lines = [line.split(" | ") for line in catalogue.page("clauses").splitlines()]
    clauses = {line[0].removeprefix("| ").strip("`") for line in lines if "nothing yet" not in line}

    assert {rule.cite for edition in installed().editions for rule in cited(edition)} - clauses == set()


def test_every_error_is_in_the_catalogue_or_stays_inside():
    listed = {error.__name__ for root in catalogue.ROOTS for error in catalogue.below(root)}

    assert catalogue.errors_defined() - listed - catalogue.INSIDE == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_another_page_leads_somewhere(page):
    assert dead_links(page) == []


def test_every_page_of_docs_is_in_its_index():
    docs = ROOT / "docs"
    linked = {link["path"] for link in LINK.finditer((docs / "README.md").read_text())}

    assert {str(page.relative_to(docs)) for page in docs.rglob("*.md")} - linked == {"README.md"}


def test_a_link_that_leads_nowhere_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# One part\n\n[there](#one-part) [gone](gone.md) [no such part](page.md#two)\n")

    assert dead_links(page) == ["](gone.md)", "](page.md#two)"]
