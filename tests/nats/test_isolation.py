"""An agency reaches its own messages and nothing else."""

import asyncio
import json

from nats.errors import NoRespondersError

import nats
from ihs_nats import publish
from ihs_nats.server import configuration

NO_JETSTREAM = 10039
REFUSED = {"nobody there", "no JetStream"}


async def log_in(site, agency):
    login = site.connection.agency(agency).login
    return await nats.connect(site.server.url, user=login.user, password=login.password, allow_reconnect=False)


async def refusal(client, door, ask=b"{}"):
    """How the server refuses; anything else than nobody there and no JetStream is an answer."""
    try:
        answer = await client.request(door, ask, timeout=2)
    except NoRespondersError:
        return "nobody there"
    error = json.loads(answer.data).get("error", {})
    return (
        "no JetStream" if error.get("err_code") == NO_JETSTREAM else f"{door} answered {answer.headers} {answer.data}"
    )


async def last_sequences(site):
    """How many messages each stream ever took."""
    login = site.connection.publisher
    client = await nats.connect(site.server.url, user=login.user, password=login.password)
    infos = [await client.jetstream().stream_info(site.connection.agency(a).stream) for a in ("foothill", "wasatch")]
    await client.close()
    return [info.state.last_seq for info in infos]


def test_an_agency_reaches_no_part_of_another_agencys_stream(site, telling, source):
    stream = site.connection.agency("wasatch").stream
    doors = [
        f"$JS.API.CONSUMER.MSG.NEXT.{stream}.told",
        "$JS.API.CONSUMER.MSG.NEXT.wasatch.told",
        f"$JS.API.STREAM.MSG.GET.{stream}",
        f"$JS.API.DIRECT.GET.{stream}",
        f"$JS.API.STREAM.INFO.{stream}",
        f"$JS.API.STREAM.PURGE.{stream}",
        f"$JS.API.STREAM.DELETE.{stream}",
        f"$JS.ACK.{stream}.told.1.1.1.1420815600000000000.0",
    ]
    listener = {"stream_name": stream, "config": {"ack_policy": "none", "deliver_subject": "all-of-it"}}

    async def run():
        await publish(site.connection, "wasatch", source(telling(3, "wasatch")), site.secret)
        client = await log_in(site, "foothill")
        refused = [await refusal(client, door, b'{"seq":1,"batch":1,"no_wait":true}') for door in doors]
        refused.append(await refusal(client, f"$JS.API.CONSUMER.CREATE.{stream}", json.dumps(listener).encode()))
        await client.close()
        return refused, await site.received("wasatch")

    refused, received = asyncio.run(run())

    assert set(refused) <= REFUSED
    assert len(received) == 3


def test_an_agency_cannot_manage_even_its_own_stream(site):
    stream = site.connection.agency("foothill").stream
    doors = [
        f"$JS.API.STREAM.PURGE.{stream}",
        f"$JS.API.STREAM.INFO.{stream}",
        f"$JS.API.CONSUMER.DELETE.{stream}.told",
    ]

    async def run():
        client = await log_in(site, "foothill")
        refused = [await refusal(client, door) for door in doors]
        await client.close()
        return refused

    assert set(asyncio.run(run())) <= REFUSED


def test_an_agency_that_listens_to_everything_hears_nothing_of_anothers_telling(site, telling, source):
    async def run():
        eavesdropper = await log_in(site, "foothill")
        everything = await eavesdropper.subscribe(">")
        await eavesdropper.flush()
        await publish(site.connection, "wasatch", source(telling(20, "wasatch")), site.secret)
        received = await site.received("wasatch")
        await eavesdropper.publish("the-end")
        first_heard = await everything.next_msg(timeout=5)
        await eavesdropper.close()
        return len(received), first_heard.subject

    assert asyncio.run(run()) == (20, "the-end")


def test_an_agency_puts_nothing_into_any_stream(site):
    async def run():
        client = await log_in(site, "foothill")
        subjects = [f"ihs.v1.{agency}.case-1.threat" for agency in ("foothill", "wasatch")]
        refused = [await refusal(client, subject) for subject in subjects]
        await client.close()
        return refused, await last_sequences(site)

    assert asyncio.run(run()) == (["nobody there", "nobody there"], [0, 0])


def test_an_agency_cannot_have_its_messages_answered_into_anothers_stream(site, telling, source):
    """The confused deputy.

    A reply subject is not held to the asking user's permissions, only to its account.
    """
    own, other = site.connection.agency("foothill").stream, "ihs.v1.wasatch.case-1.threat"

    async def run():
        await publish(site.connection, "foothill", source(telling(3)), site.secret)
        client = await log_in(site, "foothill")
        heard = await client.subscribe(other)
        ask = json.dumps({"batch": 1, "expires": 1_000_000_000}).encode()
        await client.publish("$JS.API.CONSUMER.MSG.NEXT.foothill.told", ask, reply=other)
        answer = await heard.next_msg(timeout=2)
        await client.publish(f"$JS.ACK.{own}.told.1.1.1.1420815600000000000.2", b"+NXT", reply=other)
        await client.publish(f"$JS.API.CONSUMER.INFO.{own}.told", b"", reply=other)
        await client.flush()
        await client.close()
        return answer.headers["ce-id"], await last_sequences(site)

    assert asyncio.run(run()) == ("foothill-0", [3, 0])


def test_every_service_is_exported_to_the_one_agency_whose_stream_it_serves(site):
    connection = site.connection

    accounts = configuration(connection, site.folder)["accounts"]

    for export in accounts["publisher"]["exports"]:
        [agency] = [name for name, at in connection.agencies.items() if at.stream in export["service"]]
        assert export["accounts"] == [f"agency-{agency}"]
        assert ">" not in export["service"].removesuffix(".told.>")
        assert "*" not in export["service"]
    assert len(accounts["publisher"]["exports"]) == 4
