"""For downstream services: receive what an agency was told, once and in order."""

from ihs_subscriber.errors import ConnectionEnded, LoginRefused, NothingToPull, SubscriberError, Unreachable
from ihs_subscriber.message import Message
from ihs_subscriber.subscriber import OnMessage, Subscriber
from ihs_subscriber.told import Held, Parked

__all__ = [
    "ConnectionEnded",
    "Held",
    "LoginRefused",
    "Message",
    "NothingToPull",
    "OnMessage",
    "Parked",
    "Subscriber",
    "SubscriberError",
    "Unreachable",
]
