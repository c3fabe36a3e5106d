"""What is told arrives exactly once and in order, whatever breaks on the way."""

import asyncio
import threading
from datetime import UTC, datetime

import pytest
from attrs import evolve

import nats
from ihs_nats import START, Publisher, ResumeKey, complete, provision, publish
from ihs_nats.errors import (
    NotProvisioned,
    OutOfOrder,
    ResumeKeyUnopened,
    StreamFull,
    StreamReplaced,
    TailUnreadable,
    TooLarge,
    UnknownAgency,
    Unreachable,
    WrongAgency,
)


def ids(messages):
    return [message.id for message in messages]


async def admin(site):
    login = site.connection.publisher
    return await nats.connect(site.server.url, user=login.user, password=login.password)


def test_all_that_the_source_has_is_told_once_and_in_order(site, telling, source):
    messages = telling(300)

    async def run():
        first = await publish(site.connection, "foothill", source(messages[:200]), site.secret)
        second = await publish(site.connection, "foothill", source(messages), site.secret)
        return first, second, await site.received()

    first, second, received = asyncio.run(run())

    assert (first.sent, second.sent) == (200, 100)
    assert second.last == messages[-1].key
    assert received == ids(messages)


def test_nothing_after_until_is_told(site, telling, source):
    messages = telling(40)

    async def run():
        await publish(site.connection, "foothill", source(messages), site.secret, until=messages[24].key)
        return await site.received()

    assert asyncio.run(run()) == ids(messages[:25])


@pytest.mark.fault("lost replies from NATS")
def test_a_server_killed_again_and_again_loses_and_doubles_nothing(site, telling, source):
    messages = telling(300)
    breaking = source(messages, at=dict.fromkeys((5, 70, 170, 299), site.cut_power))

    async def run():
        async with Publisher.connect(site.connection) as publisher:
            published = await publisher.publish("foothill", breaking, site.secret, batch=32)
        site.settled()
        return published, await site.received()

    published, received = asyncio.run(run())

    assert published.recovered >= 4
    assert received == ids(messages)


@pytest.mark.fault("lost replies from NATS")
def test_a_server_killed_right_after_a_batch_was_sent_loses_and_doubles_nothing(site, telling, source, through_proxy):
    messages = telling(200)

    async def run():
        async with through_proxy(site.connection, [site.cut_power] * 3) as (connection, proxy):
            async with Publisher.connect(connection) as publisher:
                await publisher.publish("foothill", source(messages), site.secret, batch=32)
        site.settled()
        return proxy.faults, await site.received()

    faults, received = asyncio.run(run())

    assert faults == []
    assert received == ids(messages)


@pytest.mark.fault("lost replies from NATS")
def test_a_batch_whose_acknowledgement_is_lost_is_not_sent_again(site, telling, source, through_proxy):
    messages = telling(200)

    async def run():
        async with through_proxy(site.connection, ["lose the answer"] * 3) as (connection, proxy):
            async with Publisher.connect(connection) as publisher:
                published = await publisher.publish("foothill", source(messages), site.secret, batch=50)
        return published, proxy, await site.received()

    published, proxy, received = asyncio.run(run())

    assert (published.sent, published.recovered, proxy.commits) == (50, 3, 4)
    assert received == ids(messages)


@pytest.mark.fault("lost replies from NATS")
def test_two_competing_publishers_tell_everything_once(site, telling, source):
    messages = telling(200)

    async def compete():
        async with Publisher.connect(site.connection) as publisher:
            return await publisher.publish("foothill", source(messages), site.secret, batch=16)

    async def run():
        both = await asyncio.gather(compete(), compete())
        return both, await site.received()

    both, received = asyncio.run(run())

    assert sum(one.recovered for one in both) > 0
    assert received == ids(messages)


@pytest.mark.fault("lost replies from NATS")
def test_a_control_message_from_elsewhere_in_the_middle_of_a_batch_loses_nothing(site, telling, source):
    messages = telling(120)

    async def purge():
        async with Publisher.connect(site.connection) as publisher:
            await publisher.purge("foothill", "another-case", site.secret)

    def purge_elsewhere():
        other = threading.Thread(target=lambda: asyncio.run(purge()))
        other.start()
        other.join()

    async def run():
        async with Publisher.connect(site.connection) as publisher:
            crossed = source(messages, at={50: purge_elsewhere})
            published = await publisher.publish("foothill", crossed, site.secret, batch=40)
        return published, await site.received()

    published, received = asyncio.run(run())

    assert published.recovered == 1
    assert received == ids(messages)


@pytest.mark.fault("lost replies from NATS")
def test_a_publisher_that_is_cancelled_is_gone_on_from_where_it_stopped(site, telling, source):
    messages = telling(300)

    async def publish_in_small_batches(cancelled):
        async with Publisher.connect(site.connection) as publisher:
            await publisher.publish("foothill", cancelled, site.secret, batch=32)

    async def run():
        for place in (40, 100, 200):
            cancelled = source(messages, at={place: lambda: publishing.cancel()})  # noqa: B023, PLW0108 - it is made in the next line
            publishing = asyncio.ensure_future(publish_in_small_batches(cancelled))
            with pytest.raises(asyncio.CancelledError):
                await publishing
        await publish(site.connection, "foothill", source(messages), site.secret)
        return await site.received()

    assert asyncio.run(run()) == ids(messages)


@pytest.mark.fault("lost replies from NATS")
def test_telling_goes_on_after_the_tail_was_purged(site, telling, source):
    messages = telling(60)
    purged = messages[29].handle

    async def run():
        async with Publisher.connect(site.connection) as publisher:
            await publisher.publish("foothill", source(messages[:30]), site.secret)
            await publisher.purge("foothill", purged, site.secret)
            await publisher.publish("foothill", source(messages), site.secret)
        return await site.received()

    left = [m for m in messages[:30] if m.handle != purged] + messages[30:]
    assert asyncio.run(run()) == ids(left)


def test_a_tail_removed_by_hand_is_refused_until_the_last_key_is_given(site, telling, source):
    messages = telling(20)
    stream = site.connection.agency("foothill").stream

    async def run():
        async with Publisher.connect(site.connection) as publisher:
            await publisher.publish("foothill", source(messages[:10]), site.secret)
            client = await admin(site)
            await client.jetstream().purge_stream(stream)
            await client.close()
            with pytest.raises(TailUnreadable, match="resume_at"):
                await publisher.publish("foothill", source(messages), site.secret)
            await publisher.resume_at("foothill", messages[9].key, site.secret)
            await publisher.publish("foothill", source(messages), site.secret)
        return await site.received()

    assert asyncio.run(run()) == ids(messages[10:])


def test_a_control_message_says_how_far_the_telling_is_complete(site, telling, source):
    messages = telling(4)
    noon = datetime(2015, 1, 9, 12, 0, tzinfo=UTC)
    hourly = complete(ResumeKey(77, 0), "foothill", noon)
    said = []

    async def run():
        await publish(site.connection, "foothill", source([*messages, hourly]), site.secret)
        again = await publish(site.connection, "foothill", source([]), site.secret)
        async with site.subscriber(on_message=lambda m: said.append((m.kind, m.body))) as subscriber:
            await subscriber.drain(0.2)
            return again.last, len(subscriber.held())

    last, held = asyncio.run(run())

    assert last == ResumeKey(77, 0)
    assert said[-1] == ("control", {"complete_up_to": "2015-01-09T12:00:00Z"})
    assert held == 4


def test_a_full_stream_is_waited_for_and_gone_on_with_once_there_is_room(site, telling, source):
    stream = site.connection.agency("foothill").stream
    messages = telling(45)

    async def run():
        client = await admin(site)
        jetstream = client.jetstream()
        await jetstream.delete_stream(stream)
        await client.close()
        await provision(site.connection, ["foothill"], max_messages=30)
        async with Publisher.connect(site.connection, patience=0.2) as hasty:
            with pytest.raises(StreamFull, match="raise its limits or purge it"):
                await hasty.publish("foothill", source(messages), site.secret, batch=10)
        async with Publisher.connect(site.connection) as patient, Publisher.connect(site.connection) as other:
            waiting = asyncio.ensure_future(patient.publish("foothill", source(messages[:32]), site.secret))
            await other.purge("foothill", "case-0", site.secret)
            await waiting
        return await site.received()

    left = [m for m in messages[:30] if m.handle != "case-0"] + messages[30:32]
    assert asyncio.run(run()) == ids(left)


def test_a_server_without_atomic_batches_gets_one_fenced_message_at_a_time(site, telling, source):
    stream = site.connection.agency("foothill").stream
    messages = telling(60)

    async def run():
        client = await admin(site)
        jetstream = client.jetstream()
        await jetstream.delete_stream(stream)
        await client.close()
        await provision_without_batches(site, stream)
        await publish(site.connection, "foothill", source(messages, at={31: site.cut_power}), site.secret)
        site.settled()
        return await site.received()

    assert asyncio.run(run()) == ids(messages)


async def provision_without_batches(site, stream):
    client = await admin(site)
    jetstream = client.jetstream()
    await jetstream.add_stream(name=stream, subjects=["ihs.v1.foothill.>"])
    await jetstream.add_consumer(stream, durable_name="told", ack_policy="explicit", max_ack_pending=1)
    await client.close()


def test_another_publishers_key_is_refused_and_nothing_is_sent(site, telling, source):
    messages = telling(20)

    async def run():
        await publish(site.connection, "foothill", source(messages[:10]), site.secret)
        with pytest.raises(ResumeKeyUnopened, match="nothing was sent"):
            await publish(site.connection, "foothill", source(messages), bytes(32))
        return await site.received()

    assert asyncio.run(run()) == ids(messages[:10])


def test_a_stream_made_anew_is_not_told_from_the_beginning_unasked(site, telling, source):
    messages = telling(10)

    async def run():
        told = await publish(site.connection, "foothill", source(messages), site.secret)
        client = await admin(site)
        await client.jetstream().delete_stream(site.connection.agency("foothill").stream)
        await client.close()
        with pytest.raises(NotProvisioned):
            await publish(site.connection, "foothill", source(messages), site.secret)
        await provision(site.connection, ack_wait=1.0)
        with pytest.raises(StreamReplaced):
            await publish(site.connection, "foothill", source(messages), site.secret, created=told.created)
        return await site.received()

    assert asyncio.run(run()) == []


def test_a_message_for_another_agency_is_never_sent(site, telling, source):
    mixed = [*telling(3), evolve(telling(4)[3], agency="wasatch")]

    async def run():
        with pytest.raises(WrongAgency):
            await publish(site.connection, "foothill", source(mixed), site.secret)
        return await site.received("wasatch")

    assert asyncio.run(run()) == []


def test_a_source_out_of_order_is_refused(site, telling):
    messages = telling(3)

    with pytest.raises(OutOfOrder):
        asyncio.run(publish(site.connection, "foothill", lambda _: reversed(messages), site.secret))


def test_an_agency_nobody_set_up_is_refused(site, source):
    with pytest.raises(UnknownAgency):
        asyncio.run(publish(site.connection, "bonneville", source([]), site.secret))


def test_a_message_too_large_for_the_server_is_refused_at_once(site, telling, source):
    [message] = telling(1)
    large = evolve(message, data=b'"' + b"x" * 2_000_000 + b'"')

    with pytest.raises(TooLarge):
        asyncio.run(publish(site.connection, "foothill", source([large]), site.secret))


@pytest.mark.fault("lost replies from NATS")
def test_a_server_that_stays_away_is_given_up_after_a_while(site, telling, source):
    gone = source(telling(10), at={5: site.server.kill})

    async def run():
        async with Publisher.connect(site.connection, patience=0.5) as publisher:
            await publisher.publish("foothill", gone, site.secret)

    with pytest.raises(Unreachable, match="no progress"):
        asyncio.run(run())
    with pytest.raises(Unreachable, match="no server answered"):
        asyncio.run(publish(site.connection, "foothill", source([]), site.secret, patience=0.2))


def test_a_stream_that_never_held_a_message_is_told_from_the_start(site, source):
    published = asyncio.run(publish(site.connection, "foothill", source([]), site.secret))

    assert (published.sent, published.last) == (0, START)
