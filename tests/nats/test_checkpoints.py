"""Checkpoints kept on a real NATS server."""

import asyncio

import pytest
from nats.js.errors import APIError

from ihs_ledger.checkpoint import Checkpoint
from ihs_ledger.note import Signer
from ihs_ledger.tree import TreeHead
from ihs_nats import EmbeddedServer, checkpoints
from ihs_nats.checkpoints import STREAM, NatsKept
from ihs_nats.connection import connect
from ihs_nats.errors import Unreachable

SIGNER = Signer("ihs/store", b"s" * 32)


def checkpoint(size):
    return Checkpoint(SIGNER.name, TreeHead(size, b"r" * 32)).signed_by(SIGNER)


@pytest.mark.usefixtures("nats_server")
def test_checkpoints_are_kept_for_each_store_and_cannot_be_deleted(tmp_path):
    with EmbeddedServer(tmp_path / "nats", []) as server:
        kept, another = (NatsKept(server.connection, store) for store in ("a1", "b2"))

        before = kept.last(), kept.all()
        for size in (2, 3):
            kept.keep(checkpoint(size))

        assert (before, another.last(), another.all()) == ((None, []), None, [])
        assert (kept.last(), kept.all()) == (checkpoint(3), [checkpoint(2), checkpoint(3)])
        with pytest.raises(APIError):
            asyncio.run(purged(server.connection))


@pytest.mark.usefixtures("nats_server")
def test_however_many_are_kept_all_are_read_in_order_and_those_of_every_store_where_none_is_named(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(checkpoints, "PAGE", 3)
    with EmbeddedServer(tmp_path / "nats", []) as server:
        for size in range(1, 9):
            NatsKept(server.connection, "b2" if size == 4 else "a1").keep(checkpoint(size))

        own, both = NatsKept(server.connection, "a1").all(), NatsKept(server.connection, None).all()

    assert own == [checkpoint(size) for size in (1, 2, 3, 5, 6, 7, 8)]
    assert both == [checkpoint(size) for size in range(1, 9)]


async def purged(connection):
    client = await connect(connection.url, connection.publisher, patience=5)
    try:
        await client.jetstream().purge_stream(STREAM)
    finally:
        await client.close()


@pytest.mark.usefixtures("nats_server")
def test_a_server_that_is_gone_is_told(tmp_path):
    with EmbeddedServer(tmp_path / "nats", []) as server:
        connection = server.connection

    with pytest.raises(Unreachable):
        NatsKept(connection, "a1", patience=0.2).keep(checkpoint(1))
