"""The wheels hold what they should and work where nothing else is installed."""

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UV = os.environ.get("UV") or shutil.which("uv") or str(ROOT / ".uv/bin/uv")
# What a newcomer types first.
SMOKE = ("ihs", "demo")
TOP_LEVEL = {
    "ihs_cases",
    "ihs_cli",
    "ihs_domain",
    "ihs_follow",
    "ihs_ledger",
    "ihs_nats",
    "ihs_projections",
    "ihs_record",
    "ihs_store",
}

pytestmark = pytest.mark.wheel


def uv(*arguments: str | Path) -> None:
    done = subprocess.run([UV, "--quiet", *arguments], cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheels(tmp_path_factory) -> list[Path]:
    """A wheel of the distribution and of every plugin."""
    out = tmp_path_factory.mktemp("wheels")
    uv("build", "--wheel", "--all-packages", "--out-dir", out)
    return sorted(out.glob("*.whl"))


@pytest.fixture(scope="module")
def clean(tmp_path_factory, wheels) -> Path:
    """The scripts folder of a clean environment with the wheels in it, and the pins kept."""
    folder = tmp_path_factory.mktemp("clean")
    pins = folder / "pins.txt"
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["uv"]
    pins.write_text("\n".join(settings["constraint-dependencies"]))
    python = folder / "venv/bin/python"
    uv("venv", "--python", sys.executable, folder / "venv")
    # By path, so that no package of the same name elsewhere can take their place.
    named = [
        f"ihs-domain[demo] @ {ours(wheels).as_uri()}",
        *(wheel for wheel in wheels if wheel != ours(wheels)),
    ]
    uv("pip", "install", "--python", python, "--constraint", pins, *named)
    return python.parent


def held(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def ours(wheels: list[Path]) -> Path:
    return next(wheel for wheel in wheels if wheel.name.startswith("ihs_domain-"))


def test_the_wheel_holds_the_core_the_adapters_and_the_projections_and_nothing_else(wheels):
    top = {name.split("/")[0] for name in held(ours(wheels))}

    assert {name for name in top if not name.endswith(".dist-info")} == TOP_LEVEL
    assert len(top) == len(TOP_LEVEL) + 1


def test_every_package_in_the_wheel_says_it_is_typed(wheels):
    assert {name.split("/")[0] for name in held(ours(wheels)) if name.endswith("/py.typed")} == TOP_LEVEL


def test_the_wheel_holds_every_module_of_the_checkout(wheels):
    shelves = (ROOT / "src", ROOT / "src/adapters", ROOT / "projections")
    modules = {str(path.relative_to(shelf)) for shelf in shelves for path in shelf.glob("ihs_*/**/*.py")}

    assert {name for name in held(ours(wheels)) if name.endswith(".py")} == modules


def test_the_wheel_carries_the_licence(wheels):
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in held(ours(wheels)))


def test_every_plugin_has_a_wheel_with_one_package(wheels):
    plugins = [wheel for wheel in wheels if wheel != ours(wheels)]
    tops = [{name.split("/")[0] for name in held(wheel) if ".dist-info/" not in name} for wheel in plugins]

    assert len(plugins) == len(list(ROOT.glob("plugins/*/pyproject.toml")))
    assert [len(top) for top in tops] == [1] * len(plugins)


def test_the_wheels_work_where_nothing_else_is_installed(clean, tmp_path):
    command, *arguments = SMOKE
    environment = {"PATH": f"{clean}:/usr/bin:/bin", "HOME": str(tmp_path)}

    done = subprocess.run(
        [clean / command, *arguments],
        cwd=tmp_path,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout != ""
