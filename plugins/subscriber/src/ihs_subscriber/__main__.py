"""What a person types: `python -m ihs_subscriber` prints each message on one line as it is received."""

import argparse
import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from ihs_subscriber.errors import SubscriberError
from ihs_subscriber.message import Message
from ihs_subscriber.subscriber import Subscriber

_PASSWORD = "IHS_SUBSCRIBER_PASSWORD"  # noqa: S105  # the name of a variable, not a password


def main(arguments: list[str] | None = None) -> int:
    """Runs until the stream is drained (--idle) or for ever; 0 done, 1 something went wrong, 2 usage."""
    options = _parser().parse_args(arguments)
    password = _password(options.password_file)
    if password is None:
        sys.stderr.write(f"no password: set {_PASSWORD}, or give --password-file\n")
        return 2
    try:
        return asyncio.run(_receive(options, password))
    except (SubscriberError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ihs_subscriber",
        description="Receive what an agency was told, once and in order; print what, kind, case, entry, body.",
        epilog=f"The password is read from {_PASSWORD} or --password-file, never from the command line.",
    )
    parser.add_argument("url", help="the server's address, for example nats://127.0.0.1:4222")
    parser.add_argument("agency", help="the agency whose messages these are")
    parser.add_argument("--user", help="the user to log in as (the agency's name, if not given)")
    parser.add_argument("--password-file", type=Path, help="a file that holds the password and nothing else")
    parser.add_argument("--file", type=Path, default=Path("told.db"), help="where to keep what was told (told.db)")
    parser.add_argument("--idle", type=float, help="end when nothing came for so many seconds")
    parser.add_argument("--retry", metavar="HANDLE", action="append", default=[], help="first retry this parked case")
    return parser


def _password(file: Path | None) -> str | None:
    if file is None:
        return os.environ.get(_PASSWORD)
    return file.read_text().strip() if file.exists() else None


async def _receive(options: argparse.Namespace, password: str) -> int:
    user = options.user or options.agency
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with Subscriber.connect(options.url, user, password, options.agency, options.file) as subscriber:
        for handle in options.retry:
            applied = await subscriber.retry(handle)
            sys.stderr.write(f"{handle}: {applied} applied\n")
        try:
            await _print_all(subscriber, options.idle)
        except asyncio.CancelledError:
            return 0
        return _tell_parked(subscriber)


async def _print_all(subscriber: Subscriber, idle: float | None) -> None:
    async for message in subscriber.messages(idle):
        print(_line(message), flush=True)  # noqa: T201  # printing is what this program is for


def _tell_parked(subscriber: Subscriber) -> int:
    for parked in subscriber.parked():
        waits = f"{parked.handle} is parked with {parked.messages} messages ({parked.trouble})"
        sys.stderr.write(f"{waits}: mend the cause, then run again with --retry {parked.handle}\n")
    return 1 if subscriber.parked() else 0


def _line(message: Message) -> str:
    body = json.dumps(message.body, ensure_ascii=False, separators=(",", ":"))
    return f"{message.what} {message.kind} {message.handle} {message.entry} {body}"


if __name__ == "__main__":
    sys.exit(main())
