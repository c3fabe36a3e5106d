"""What can go wrong while receiving: each error says what happened and what to do instead."""


class SubscriberError(Exception):
    """Anything that keeps messages from being received; none of these errors names a person or a case."""


class Unreachable(SubscriberError):
    """No server answered for as long as the caller was ready to wait."""


class LoginRefused(SubscriberError):
    """The server does not know this user and password."""


class NothingToPull(SubscriberError):
    """The server has no stream for this agency and this login."""


class ConnectionEnded(SubscriberError):
    """The server ended the connection for good."""


class Unreadable(SubscriberError):
    """A message is not a CloudEvent of the form this version reads."""
