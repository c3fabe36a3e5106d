"""What can go wrong while telling an agency: each error says what happened and what to do instead."""


class TellingError(Exception):
    """Anything that keeps a message from being told; no message of these errors names a person or a case."""


class BadToken(TellingError, ValueError):
    """A subject would carry a token that the server could read as a wildcard or as more than one token."""


class WrongAgency(TellingError):
    """A message meant for one agency was about to go into another agency's stream."""


class OutOfOrder(TellingError):
    """The source gave a message whose resume key does not follow the one before it."""


class TooLarge(TellingError):
    """A message is larger than the server takes."""


class UnknownAgency(TellingError, LookupError):
    """The connection has no stream and no login for this agency."""


class NoConnection(TellingError):
    """The folder holds no connection details that can be read."""


class ServerMissing(TellingError):
    """There is no nats-server binary to run."""


class ServerDidNotStart(TellingError):
    """The server did not come up; the message ends with the end of its log."""


class ServerAlreadyRunning(TellingError):
    """Another server already serves this folder."""


class Unreachable(TellingError):
    """The server gave no progress for as long as the caller was ready to wait."""


class LoginRefused(TellingError):
    """The server does not know this user and password."""


class StreamFull(Unreachable):
    """The stream refused more messages for as long as the caller was ready to wait."""


class NotProvisioned(TellingError):
    """The agency's stream is not on the server."""


class SettingsDiffer(TellingError):
    """A stream or consumer is already there with other settings; nothing was changed."""


class ResumeKeyUnopened(TellingError):
    """The stream's last message carries no resume key that opens under the publisher's key."""


class TailUnreadable(TellingError):
    """The stream's last message was removed, and with it the key to go on from."""


class StreamReplaced(TellingError):
    """The stream is not the one that was told before: it was made anew under the same name."""
