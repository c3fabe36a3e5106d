"""Each agency's stream and its one durable consumer, made once and never quietly changed."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from attrs import frozen
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
    StreamInfo,
)
from nats.js.errors import BadRequestError, NotFoundError

from ihs_nats.connection import DURABLE, Connection, connect
from ihs_nats.errors import SettingsDiffer, Unreachable
from ihs_nats.wire import subjects

_ATOMIC_SINCE_LEVEL = 2
_SUBJECTS_TAKEN = 10065


@frozen
class Provisioned:
    """An agency's stream; `created` names this very stream, should one of the same name be made later."""

    agency: str
    stream: str
    created: datetime
    made: bool


async def provision(
    connection: Connection,
    agencies: Iterable[str] | None = None,
    *,
    replicas: int = 1,
    max_messages: int = -1,
    max_bytes: int = -1,
    ack_wait: float = 30.0,
    patience: float = 10.0,
) -> list[Provisioned]:
    """Makes what is missing for these agencies (all, if none are named); twice is the same as once.

    Raises SettingsDiffer where a stream or consumer stands with other settings. `ack_wait` is in seconds.
    """
    names = list(connection.agencies if agencies is None else agencies)
    client = await connect(connection.url, connection.publisher, patience=patience)
    try:
        jetstream = client.jetstream(timeout=patience)
        atomic = await _batches_are_atomic(jetstream)
        made = []
        for name in names:
            wanted = _stream(connection, name, replicas, max_messages, max_bytes, atomic=atomic)
            made.append(await _settle(jetstream, name, wanted, ack_wait))
        return made
    except (NatsError, TimeoutError) as reason:
        msg = f"the server at {connection.url} did not carry out the provisioning ({type(reason).__name__}): try again"
        raise Unreachable(msg) from reason
    finally:
        await client.close()


def _stream(
    connection: Connection, agency: str, replicas: int, max_messages: int, max_bytes: int, *, atomic: bool
) -> StreamConfig:
    return StreamConfig(
        name=connection.agency(agency).stream,
        subjects=[subjects(agency)],
        storage=StorageType.FILE,
        retention=RetentionPolicy.LIMITS,
        discard=DiscardPolicy.NEW,
        deny_delete=True,
        num_replicas=replicas,
        max_msgs=max_messages,
        max_bytes=max_bytes,
        allow_atomic=atomic or None,
    )


def _consumer(ack_wait: float) -> ConsumerConfig:
    """One message in flight: a redelivered message then never arrives behind a later one."""
    return ConsumerConfig(
        durable_name=DURABLE,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=ack_wait,
        max_ack_pending=1,
        max_deliver=-1,
    )


async def _settle(jetstream: JetStreamContext, agency: str, wanted: StreamConfig, ack_wait: float) -> Provisioned:
    name = str(wanted.name)
    made = False
    try:
        info = await jetstream.stream_info(name)
        _compare(f"stream {name}", wanted, info.config)
    except NotFoundError:
        info = await _add(jetstream, agency, wanted)
        made = True
    await _settle_consumer(jetstream, name, _consumer(ack_wait))
    if info.created is None:
        msg = f"the server does not say when stream {name} was made: use a server of version 2.9 or later"
        raise SettingsDiffer(msg)
    return Provisioned(agency, name, info.created, made)


async def _add(jetstream: JetStreamContext, agency: str, wanted: StreamConfig) -> StreamInfo:
    try:
        return await jetstream.add_stream(wanted)
    except BadRequestError as reason:
        if reason.err_code != _SUBJECTS_TAKEN:
            raise
        msg = (
            f"a stream of another name already holds what agency {agency} was told: "
            f"put the stream's name back into the connection details, or remove it by hand"
        )
        raise SettingsDiffer(msg) from reason


async def _settle_consumer(jetstream: JetStreamContext, stream: str, wanted: ConsumerConfig) -> None:
    try:
        held = await jetstream.consumer_info(stream, DURABLE)
        _compare(f"consumer {DURABLE} of stream {stream}", wanted, held.config)
    except NotFoundError:
        await jetstream.add_consumer(stream, wanted)


def _compare(what: str, wanted: StreamConfig | ConsumerConfig, held: StreamConfig | ConsumerConfig) -> None:
    differing = [name for name, value in _settings(wanted).items() if _settings(held).get(name) != value]
    if differing:
        msg = (
            f"{what} stands with other settings ({', '.join(differing)}): provision it as it was, or change it by hand"
        )
        raise SettingsDiffer(msg)


def _settings(config: StreamConfig | ConsumerConfig) -> dict[str, Any]:
    return {name: value for name, value in vars(config).items() if value not in (None, 0, 0.0, False)}


async def _batches_are_atomic(jetstream: JetStreamContext) -> bool:
    account = await jetstream.account_info()
    return bool(account.api.level and account.api.level >= _ATOMIC_SINCE_LEVEL)
