"""`ihs nats`: run a server for trying out, tell every agency, and receive as one of them."""

import asyncio
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

import click

from ihs_cli.errors import WRONG, Failure, Misasked
from ihs_cli.opening import opened
from ihs_cli.options import asks_a_store
from ihs_cli.output import HEADING
from ihs_cli.printable import shown
from ihs_cli.stopping import stopping
from ihs_nats.errors import BadToken, NoConnection, TellingError

if TYPE_CHECKING:
    from ihs_nats.sink import NatsSink
    from ihs_subscriber import Message, Subscriber

HOUR: Final = 3600.0
NOT_SERVED: Final = "nothing sent, the server does not serve it: name it too when the server is started"
SERVER = click.option(
    "--server", "folder", type=click.Path(path_type=Path), required=True, help="The folder of `ihs nats up`."
)

WAIT = click.option("--wait", type=click.FloatRange(0.1), default=10.0, show_default=True, help="Seconds for a server.")


@click.group()
def nats() -> None:
    """Tell other agencies over NATS JetStream, or receive as one of them.

    Example: ihs nats publish cases.db --server nats
    """


@nats.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--agency", "agencies", multiple=True, help="Who has access; as often as there are agencies.")
def up(folder: Path, agencies: tuple[str, ...]) -> None:
    """Run a server on 127.0.0.1 with its files in FOLDER, until Ctrl-C. For trying out: not for production.

    Without --agency, those who had access the last time have it again. Who is not named has none this time; their
    stream and password are kept for when they are named again.

    Example: ihs nats up nats --agency wasatch --agency foothill
    """
    from ihs_nats.server import EmbeddedServer

    with _told(), EmbeddedServer(folder, agencies or None) as server:
        click.echo(f"{server.url} serves {', '.join(server.connection.agencies) or 'no agency yet'}; Ctrl-C ends it")
        _until_stopped()


@nats.command()
@asks_a_store
@SERVER
@WAIT
@click.option("--follow", is_flag=True, help="Go on telling what comes on record, until Ctrl-C.")
def publish(store: str, key_file: Path | None, folder: Path, *, wait: float, follow: bool) -> None:
    """Decide what each agency is told of STORE, have that on record, and send what was not sent yet.

    An agency with an agreement that the server does not serve is named, and sent nothing; the exit code is then 1.

    Example: ihs nats publish cases.db --server nats
    """
    from ihs_follow.follower import Follower
    from ihs_nats.connection import load
    from ihs_nats.sink import NatsSink

    with opened(store, key_file) as cases, _told():
        if cases.rehearsal:
            click.echo(HEADING)
        sink = NatsSink(cases, load(folder), wait)
        sink.pass_day()
        Follower(cases, sink).catch_up()
        for agency, sent in sink.sent.items():
            click.echo(f"{agency}: {sent} sent")
        for agency in sink.without_stream():
            click.echo(f"{agency}: {NOT_SERVED}", err=True)
        if follow:
            stop = stopping()
            Thread(target=_pass_days, args=(sink, stop), daemon=True).start()
            Follower(cases, sink).run(stop)
        if sink.without_stream():
            raise click.exceptions.Exit(WRONG)


@nats.command()
@SERVER
@click.argument("agency")
@click.option("--file", type=click.Path(path_type=Path), help="Where it keeps what it was told; else AGENCY-told.db.")
@click.option("--idle", type=click.FloatRange(0.1), help="Stop when nothing came for so many seconds.")
@WAIT
def subscribe(folder: Path, agency: str, file: Path | None, idle: float | None, wait: float) -> None:
    """Receive as AGENCY, until Ctrl-C. A line for each message: what it does, kind, case, entry, body.

    Example: ihs nats subscribe --server nats wasatch --idle 2
    """
    from ihs_nats.connection import load

    try:
        from ihs_subscriber import Subscriber
        from ihs_subscriber.errors import SubscriberError
    except ImportError:
        raise Misasked("receiving needs the package ihs-subscriber: install ihs-domain[demo]") from None
    with _told(SubscriberError):
        connection = load(folder)
        login = connection.agency(agency).login
        kept = file or Path(f"{agency}-told.db")
        connecting = Subscriber.connect(connection.url, login.user, login.password, agency, kept, patience=wait)
        received = asyncio.run(_receive(connecting, idle))
    click.echo(f"{received} received; kept in {kept}")


async def _receive(connecting: "AbstractAsyncContextManager[Subscriber]", idle: float | None) -> int:
    received = 0
    async with connecting as subscriber:
        async for message in subscriber.messages(idle):
            received += 1
            click.echo(shown(_line(message)))
    return received


def _line(message: "Message") -> str:
    return f"{message.what} {message.kind} {message.handle} {message.entry} {message.data.decode()}"


@contextmanager
def _told(*also: type[Exception]) -> Iterator[None]:
    """The errors of telling and receiving, as a person is told of them."""
    failures: tuple[type[Exception], ...] = (TellingError, *also)
    try:
        yield
    except (BadToken, NoConnection) as error:
        raise Misasked(str(error)) from error
    except failures as error:
        raise Failure(str(error)) from error


def _pass_days(sink: "NatsSink", stop: Event) -> None:
    """Every hour, take back what a day that ended has ended."""
    while not stop.wait(HOUR):
        sink.pass_day()


def _until_stopped() -> None:
    stopping().wait()
