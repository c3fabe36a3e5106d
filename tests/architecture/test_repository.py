"""What the repository may and may not hold."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Written in pieces, so that this file does not name what it looks for.
REGISTRIES = [
    ".".join(host)
    for host in (
        ("pypi", "org"),
        ("python" + "hosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("crates", "io"),
    )
]
INDEX_SETTINGS = [f"{kind}-{'url'}" for kind in ("index", "extra-index", "default-index")]
LOCK_FILES = {"uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pylock.toml", "package-lock.json"}


def kept() -> list[Path]:
    """Every file the repository holds."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def addresses(text: str) -> list[str]:
    """The registry hosts and index settings that a text names."""
    return [word for word in REGISTRIES + INDEX_SETTINGS if re.search(rf"(?<![\w-]){re.escape(word)}\b", text)]


def test_no_file_names_a_registry():
    found = {str(path.relative_to(ROOT)): addresses(path.read_text(errors="replace")) for path in kept()}

    assert {name: words for name, words in found.items() if words} == {}


def test_no_lock_file_is_kept():
    assert [path for path in kept() if path.name in LOCK_FILES] == []


@pytest.mark.parametrize("word", [*REGISTRIES, *INDEX_SETTINGS])
def test_the_name_of_a_registry_is_found(word):
    assert addresses(f'source = "https://files.{word}/simple"') == [word]


def test_the_top_level_holds_only_what_the_readme_shows():
    top = {path.relative_to(ROOT).parts[0] for path in kept()}

    assert {name for name in top if not name.startswith(".")} <= {
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "LICENSE",
        "README.md",
        "SECURITY.md",
        "docs",
        "plugins",
        "projections",
        "pyproject.toml",
        "src",
        "tests",
    }


def test_the_licence_is_whole():
    licence = (ROOT / "LICENSE").read_text()

    assert "Apache License" in licence
    assert "END OF TERMS AND CONDITIONS" in licence


def test_the_nats_server_that_tests_start_is_installed(nats_server):
    answer = subprocess.run([nats_server, "--version"], check=True, capture_output=True, text=True).stdout

    assert answer.startswith("nats-server: v2.")
