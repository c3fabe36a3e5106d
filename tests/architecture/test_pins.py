"""Everything installed is pinned at the version the tests ran with."""

import re
import tomllib
from importlib.metadata import distributions, version
from pathlib import Path

from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PINS = PYPROJECT["tool"]["uv"]["constraint-dependencies"]
BUILD_PINS = PYPROJECT["tool"]["uv"]["build-constraint-dependencies"]
OURS = {
    tomllib.loads(path.read_text())["project"]["name"]
    for path in [ROOT / "pyproject.toml", *ROOT.glob("plugins/*/pyproject.toml")]
}


def unpinned(installed: dict[str, str], pins: list[str]) -> list[str]:
    """Which of the installed are not pinned at exactly that version."""
    return sorted(f"{name}=={at}" for name, at in installed.items() if f"{name}=={at}" not in pins)


def installed_from_others() -> dict[str, str]:
    everything = {canonicalize_name(found.name): found.version for found in distributions()}
    return {name: at for name, at in everything.items() if name not in OURS}


def test_every_installed_package_is_pinned_at_its_version():
    assert unpinned(installed_from_others(), PINS) == []


def test_a_package_without_a_pin_or_at_another_version_is_found():
    installed = {"attrs": "26.1.0", "cattrs": "26.2.1", "click": "8.5.1"}

    assert unpinned(installed, ["attrs==26.1.0", "cattrs==26.2.0"]) == ["cattrs==26.2.1", "click==8.5.1"]


def test_every_pin_is_exact():
    loose = [pin for pin in PINS + BUILD_PINS if not re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", pin)]

    assert loose == []


def test_the_pins_are_in_order_and_each_name_stands_once():
    for pins in (PINS, BUILD_PINS):
        names = [pin.split("==")[0] for pin in pins]

        assert names == sorted(set(names))


def test_building_and_running_agree_on_the_packages_they_share():
    running = dict(pin.split("==") for pin in PINS)
    differing = [pin for pin in BUILD_PINS if running.get(pin.split("==")[0], pin.split("==")[1]) != pin.split("==")[1]]

    assert differing == []


def test_every_plugin_of_the_workspace_is_installed():
    assert {name: version(name) for name in OURS}.keys() == OURS
