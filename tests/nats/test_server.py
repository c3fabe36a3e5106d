"""The embedded server: its own folder, nobody else's eyes, and the same after a restart."""

import asyncio
import stat
from contextlib import suppress
from pathlib import Path

import pytest
from attrs import evolve

from ihs_nats import EmbeddedServer, Publisher, connect, load, provision, publish
from ihs_nats.errors import (
    BadToken,
    LoginRefused,
    NoConnection,
    ServerAlreadyRunning,
    ServerDidNotStart,
    ServerMissing,
    SettingsDiffer,
)


def test_another_process_finds_the_connection_in_the_folder(site):
    assert load(site.server.folder) == site.connection


def test_folder_config_log_and_passwords_are_their_owners_alone(site):
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in site.server.folder.iterdir()}

    assert stat.S_IMODE(site.server.folder.stat().st_mode) == 0o700
    assert (modes["server.conf"], modes["connection.json"]) == (0o600, 0o600)
    assert all(mode & 0o077 == 0 for mode in modes.values())


def test_no_password_is_shown_when_a_connection_is_printed(site):
    login = site.connection.agency("foothill").login

    assert login.password not in repr(site.connection)


def test_a_restart_in_the_same_folder_keeps_streams_port_and_passwords(site, telling, source):
    asyncio.run(publish(site.connection, "foothill", source(telling(5)), site.secret))
    site.server.stop()

    with EmbeddedServer(site.server.folder) as again:
        assert again.connection == site.connection
        published = asyncio.run(publish(again.connection, "foothill", source(telling(6)), site.secret))

    assert published.sent == 1


def test_an_agency_that_is_no_longer_named_loses_its_access(site):
    gone = site.connection.agency("wasatch").login
    site.server.stop()

    with EmbeddedServer(site.server.folder, ["foothill"]) as again:
        assert list(again.connection.agencies) == ["foothill"]
        assert again.connection.agency("foothill") == site.connection.agency("foothill")
        with pytest.raises(LoginRefused):
            asyncio.run(connect(again.url, gone, patience=5))


def test_an_agency_that_is_named_again_goes_on_with_its_own_stream_and_password(site, telling, source):
    asyncio.run(publish(site.connection, "wasatch", source(telling(5, "wasatch")), site.secret))
    site.server.stop()
    with EmbeddedServer(site.server.folder, ["foothill"]) as without:
        asyncio.run(provision(without.connection, ack_wait=1.0))

    with EmbeddedServer(site.server.folder, ["wasatch", "foothill"]) as again:
        asyncio.run(provision(again.connection, ack_wait=1.0))
        published = asyncio.run(publish(again.connection, "wasatch", source(telling(6, "wasatch")), site.secret))

    assert again.connection.agencies == site.connection.agencies
    assert published.sent == 1


def test_a_server_that_is_refused_changes_nothing_of_the_one_that_runs(site):
    before = {path: path.read_bytes() for path in site.server.folder.glob("*.*") if path.is_file()}

    with pytest.raises(ServerAlreadyRunning):
        EmbeddedServer(site.server.folder, ["foothill", "rio"]).start()

    assert {path: path.read_bytes() for path in before} == before
    assert load(site.server.folder) == site.connection


def test_connection_details_that_cannot_be_read_are_not_written_over(tmp_path):
    (tmp_path / "connection.json").write_text("{half of it")

    with pytest.raises(NoConnection, match="put back a copy"):
        EmbeddedServer(tmp_path, ["foothill"])

    assert (tmp_path / "connection.json").read_text() == "{half of it"


def test_a_second_server_in_the_same_folder_is_refused(site):
    with pytest.raises(ServerAlreadyRunning):
        EmbeddedServer(site.server.folder).start()


def test_a_server_that_does_not_come_up_shows_the_end_of_its_log(tmp_path):
    server = EmbeddedServer(tmp_path / "s")
    (server.folder / "jetstream").write_text("not a folder")

    with pytest.raises(ServerDidNotStart, match=r"(?s)its log ends:.*not a directory"):
        server.start()


def test_without_a_binary_the_error_names_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ServerMissing, match=r"ihs-domain\[demo\]"):
        EmbeddedServer(tmp_path / "s")


def test_a_binary_on_the_path_is_found_too(tmp_path, monkeypatch):
    binary = tmp_path / "nats-server"
    binary.touch(0o755)
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(tmp_path / "nowhere"))
    monkeypatch.setenv("PATH", str(tmp_path))

    assert EmbeddedServer(tmp_path / "s").binary == binary


def test_a_folder_without_a_server_has_no_connection(tmp_path):
    with pytest.raises(NoConnection):
        load(tmp_path)


def test_an_agency_whose_name_could_be_a_wildcard_is_refused(tmp_path):
    with pytest.raises(BadToken):
        EmbeddedServer(tmp_path / "s", ["foothill", ">"])

    assert not (tmp_path / "s").exists()


def test_the_server_listens_on_this_machine_only(site):
    inodes = set()
    for fd in Path(f"/proc/{site.server.pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # one that was closed while we looked
            inodes.add(str(fd.readlink()))
    listening = [
        line.split()[1]
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        if line.split()[3] == "0A" and f"socket:[{line.split()[9]}]" in inodes
    ]

    assert [address.split(":")[0] for address in listening] == ["0100007F"]


def test_provisioning_twice_is_the_same_as_once(site):
    async def run():
        return await provision(site.connection, ack_wait=1.0), await provision(site.connection, ack_wait=1.0)

    first, second = asyncio.run(run())

    assert first == second
    assert [(one.agency, one.made) for one in first] == [("foothill", False), ("wasatch", False)]


@pytest.mark.parametrize(
    "settings, named",
    [({"max_messages": 5}, "max_msgs"), ({"max_bytes": 5}, "max_bytes"), ({"ack_wait": 9.0}, "ack_wait")],
)
def test_a_stream_that_stands_with_other_settings_is_left_as_it_is(site, settings, named):
    async def run():
        with pytest.raises(SettingsDiffer, match=named):
            await provision(site.connection, ["foothill"], **{"ack_wait": 1.0, **settings})
        return await provision(site.connection, ["foothill"], ack_wait=1.0)

    assert [one.made for one in asyncio.run(run())] == [False]


def test_a_stream_of_another_name_that_holds_what_the_agency_was_told_is_named(site):
    foothill = evolve(site.connection.agency("foothill"), stream="ihs-foothill-anew")
    mistaken = evolve(site.connection, agencies={"foothill": foothill})

    with pytest.raises(SettingsDiffer, match="already holds what agency foothill was told"):
        asyncio.run(provision(mistaken))


def test_a_publisher_with_a_wrong_password_is_refused_at_once(site, tmp_path):
    stranger = EmbeddedServer(tmp_path / "other", ["foothill"])

    async def run():
        connection = evolve(stranger.connection, url=site.server.url)
        async with Publisher.connect(connection):
            raise AssertionError

    with pytest.raises(LoginRefused):
        asyncio.run(run())
