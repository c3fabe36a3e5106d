"""An agency receives once and in order; a message it cannot take holds back its own case only."""

import asyncio
import json
import os
import signal
import stat
import subprocess
import sys
import textwrap

import pytest
from attrs import evolve

import nats
from ihs_nats import publish
from ihs_subscriber import LoginRefused, NothingToPull, Parked, Subscriber, Unreachable
from ihs_subscriber.errors import Unreadable
from ihs_subscriber.message import Raw, read

GOOD = {
    "ce-specversion": "1.0",
    "ce-id": "x",
    "ce-source": "urn:ihs:foothill",
    "ce-type": "ihs.v1.threat.tell",
    "ce-time": "2015-01-09T15:00:00Z",
    "ce-subject": "case-9",
    "ce-entry": "e",
}


def tell(site, source, messages, agency="foothill"):
    asyncio.run(publish(site.connection, agency, source(messages), site.secret))


async def put_by_hand(site, subject, data=b"{}", headers=None):
    """What a publisher of another version, or a faulty one, might put into the stream."""
    login = site.connection.publisher
    client = await nats.connect(site.server.url, user=login.user, password=login.password)
    await client.jetstream().publish(subject, data, headers=headers)
    await client.close()


def held(subscriber):
    return {(one.handle, one.entry): json.loads(one.data) for one in subscriber.held()}


def test_what_holds_follows_tell_replace_and_retract(site, telling, source):
    one, two, three, four = telling(4)
    told = [
        evolve(one, handle="c", entry="a"),
        evolve(two, handle="c", entry="b"),
        evolve(three, handle="c", entry="a", what="replace"),
        evolve(four, handle="c", entry="b", what="retract"),
    ]
    tell(site, source, told)

    async def run():
        async with site.subscriber() as subscriber:
            return await subscriber.drain(0.2), held(subscriber)

    assert asyncio.run(run()) == (4, {("c", "a"): {"number": 2}})


def test_what_was_retracted_is_gone_from_the_file(site, telling, source):
    one, two = telling(2)
    secret = evolve(one, handle="c", entry="a", data=b'"only the court may know this"')
    gone = evolve(two, handle="c", entry="a", what="retract", data=b"{}")
    tell(site, source, [secret, gone])

    async def run():
        async with site.subscriber() as subscriber:
            await subscriber.drain(0.2)

    asyncio.run(run())

    kept = [path.read_bytes() for path in site.folder.glob("foothill.db*")]
    assert kept
    assert not any(b"only the court" in data for data in kept)


def test_the_file_is_its_owners_alone(site):
    asyncio.run(site.received())

    assert stat.S_IMODE((site.folder / "foothill.db").stat().st_mode) == 0o600


def test_a_subscriber_killed_between_commit_and_acknowledgement_takes_all_once_and_in_order(site, telling, source):
    messages = telling(40)
    tell(site, source, messages[:30])
    login = site.connection.agency("foothill").login
    dying = textwrap.dedent("""
        import asyncio, os, signal, sys
        from ihs_subscriber import Subscriber

        class Dying(Subscriber):
            async def _acknowledge(self, arrived):
                if len(self.ids()) == 10:
                    os.kill(os.getpid(), signal.SIGKILL)
                await super()._acknowledge(arrived)

        async def run():
            url, user, file = sys.argv[1:]
            async with Dying.connect(url, user, os.environ["PASSWORD"], "foothill", file) as subscriber:
                await subscriber.run()

        asyncio.run(run())
    """)
    arguments = [sys.executable, "-c", dying, site.server.url, login.user, str(site.folder / "foothill.db")]
    killed = subprocess.run(arguments, env={**os.environ, "PASSWORD": login.password}, check=False, timeout=30)
    tell(site, source, messages)
    again = []

    async def run():
        async with site.subscriber(on_message=lambda message: again.append(message.id)) as subscriber:
            while len(subscriber.ids()) < 40:
                await subscriber.drain(0.2)
            return subscriber.ids()

    ids = asyncio.run(run())

    assert killed.returncode == -signal.SIGKILL
    assert ids == [message.id for message in messages]
    assert again == ids[10:]


def test_a_server_killed_while_messages_are_received_loses_and_doubles_nothing(site, telling, source):
    messages = telling(120)
    tell(site, source, messages)
    taken = []

    def take(message):
        taken.append(message.id)
        if len(taken) in (1, 40, 90):
            site.cut_power()

    async def run():
        async with site.subscriber(on_message=take) as subscriber:
            while len(subscriber.ids()) < 120:
                await subscriber.drain(0.2)
            return subscriber.ids()

    assert asyncio.run(run()) == taken == [message.id for message in messages]


def test_a_live_subscriber_receives_what_is_told_later_also_after_a_restart(site, telling, source):
    messages = telling(40)

    async def run():
        received = []
        async with site.subscriber() as subscriber:
            telling_now = asyncio.ensure_future(
                publish(site.connection, "foothill", source(messages[:20]), site.secret)
            )
            async for message in subscriber:
                received.append(message.id)
                if len(received) == 20:
                    site.cut_power()
                    rest = publish(site.connection, "foothill", source(messages), site.secret)
                    telling_now = asyncio.ensure_future(rest)
                if len(received) == 40:
                    break
            await telling_now
        return received

    assert asyncio.run(run()) == [message.id for message in messages]


def test_a_case_whose_message_cannot_be_applied_waits_and_the_others_go_on(site, telling, source):
    messages = telling(21)
    tell(site, source, messages)
    broken, applied = ["foothill-8"], []

    def apply(message):
        if message.id in broken:
            raise ValueError(message.body)
        applied.append(message.id)

    async def run():
        async with site.subscriber(on_message=apply) as subscriber:
            await subscriber.drain(0.2)
            waiting, first = subscriber.parked(), len(subscriber.held())
            still = await subscriber.retry("case-1")
            broken.clear()
            mended = await subscriber.retry("case-1")
            return waiting, first, still, mended, subscriber.parked(), len(subscriber.held())

    [parked], first, still, mended, left, last = asyncio.run(run())

    assert (parked.handle, parked.messages, parked.trouble) == ("case-1", 2, "ValueError")
    assert (first, still, mended, left, last) == (19, 0, 2, [], 21)
    assert applied == [m.id for m in messages if m.id not in ("foothill-8", "foothill-15")] + [
        "foothill-8",
        "foothill-15",
    ]


@pytest.mark.parametrize(
    "headers, data, trouble",
    [
        (None, b"{}", "it has no id, source, type, time, subject"),
        ({"ce-specversion": "0.3"}, b"{}", "it is not of CloudEvents 1.0"),
        ({"ce-type": "ihs.v2.threat.tell"}, b"{}", "its type is not known to this version"),
        ({"ce-type": "ihs.v1.threat.delete"}, b"{}", "its type is not known to this version"),
        ({"ce-subject": "another"}, b"{}", "its headers and its subject name different cases"),
        ({"ce-entry": ""}, b"{}", "it names no entry"),
        ({"ce-time": "yesterday"}, b"{}", "its time is no instant"),
        ({"ce-time": "2015-01-09T15:00:00"}, b"{}", "its time has no zone"),
        ({}, b"{broken", "its body is not JSON"),
    ],
)
def test_a_message_that_says_something_else_than_agreed_is_not_read(headers, data, trouble):
    carried = {} if headers is None else GOOD | headers

    with pytest.raises(Unreadable) as refused:
        read(Raw("ihs.v1.foothill.case-9.threat", 1, carried, data))

    assert str(refused.value) == trouble


def test_a_message_that_cannot_be_read_parks_its_case_and_no_other(site):
    async def run():
        await put_by_hand(site, "ihs.v1.foothill.case-9.threat", b"{broken", GOOD)
        good = GOOD | {"ce-id": "y", "ce-subject": "case-8"}
        await put_by_hand(site, "ihs.v1.foothill.case-8.threat", b"{}", good)
        async with site.subscriber() as subscriber:
            return await subscriber.drain(0.2), subscriber.parked()

    assert asyncio.run(run()) == (1, [Parked("case-9", 1, "its body is not JSON")])


def test_a_message_that_came_under_the_same_name_before_is_taken_once(site, telling, source):
    message = telling(1)[0]
    tell(site, source, [message])
    headers = {"ce-specversion": "1.0", "ce-id": message.id, "ce-source": "urn:ihs:foothill"}

    async def run():
        await put_by_hand(site, "ihs.v1.foothill.case-0.threat", b"{}", headers)
        async with site.subscriber() as subscriber:
            return await subscriber.drain(0.2), subscriber.ids(), subscriber.parked()

    assert asyncio.run(run()) == (1, [message.id], [])


def test_what_a_callback_writes_into_the_file_is_undone_when_it_raises(site, telling, source):
    tell(site, source, telling(2))

    async def run():
        async def apply(message):
            subscriber.file.db.execute("INSERT INTO mine VALUES (?)", (message.id,))
            if message.id == "foothill-1":
                raise RuntimeError

        async with site.subscriber(on_message=apply) as subscriber:
            subscriber.file.db.execute("CREATE TABLE mine (id TEXT)")
            await subscriber.drain(0.2)
            return subscriber.file.db.execute("SELECT id FROM mine").fetchall(), len(subscriber.held())

    assert asyncio.run(run()) == ([("foothill-0",)], 1)


def test_a_wrong_password_is_refused_at_once(site):
    async def run():
        async with Subscriber.connect(site.server.url, "foothill", "wrong", "foothill", site.folder / "x.db"):
            raise AssertionError

    with pytest.raises(LoginRefused, match="check user and password"):
        asyncio.run(run())


def test_a_server_that_is_not_there_is_said_to_be(site):
    site.server.stop()

    async def run():
        url, file = site.server.url, site.folder / "x.db"
        async with Subscriber.connect(url, "foothill", "any", "foothill", file, patience=0.2):
            raise AssertionError

    with pytest.raises(Unreachable, match="no server answered"):
        asyncio.run(run())


def test_a_login_without_a_stream_is_told_so(site):
    login = site.connection.agency("foothill").login

    async def run():
        file = site.folder / "x.db"
        async with Subscriber.connect(site.server.url, login.user, login.password, "bonneville", file) as subscriber:
            await subscriber.drain(0.2)

    with pytest.raises(NothingToPull, match="bonneville"):
        asyncio.run(run())


def run_program(site, *arguments, password=None):
    login = site.connection.agency("foothill").login
    environment = {**os.environ, "IHS_SUBSCRIBER_PASSWORD": login.password if password is None else password}
    command = [sys.executable, "-m", "ihs_subscriber", site.server.url, "foothill", *arguments]
    file = str(site.folder / "foothill.db")
    return subprocess.run(
        [*command, "--file", file], env=environment, capture_output=True, text=True, check=False, timeout=30
    )


def test_the_program_prints_one_line_for_each_message(site, telling, source):
    messages = telling(2)
    tell(site, source, messages)
    entries = [message.entry for message in messages]

    done = run_program(site, "--idle", "0.2")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f'tell threat case-0 {entries[0]} {{"number":0}}',
        f'tell threat case-1 {entries[1]} {{"number":1}}',
    ]


def test_the_program_names_a_parked_case_and_retries_it_when_asked(site):
    asyncio.run(put_by_hand(site, "ihs.v1.foothill.case-9.threat"))

    first = run_program(site, "--idle", "0.1")
    again = run_program(site, "--idle", "0.1", "--retry", "case-9")

    assert (first.returncode, first.stdout) == (1, "")
    assert "case-9 is parked with 1 messages (it has no id" in first.stderr
    assert "case-9: 0 applied" in again.stderr


def test_the_program_says_in_one_line_that_the_login_is_refused(site):
    refused = run_program(site, password="wrong")

    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert "refused the login" in refused.stderr
