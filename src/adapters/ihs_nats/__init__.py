"""Telling other agencies over NATS JetStream."""

from ihs_nats.chain import Published, Publisher, publish
from ihs_nats.connection import Agency, Connection, Login, connect, load, save
from ihs_nats.provision import Provisioned, provision
from ihs_nats.server import EmbeddedServer
from ihs_nats.wire import START, Outgoing, ResumeKey, Source, complete, handle

__all__ = [
    "START",
    "Agency",
    "Connection",
    "EmbeddedServer",
    "Login",
    "Outgoing",
    "Provisioned",
    "Published",
    "Publisher",
    "ResumeKey",
    "Source",
    "complete",
    "connect",
    "handle",
    "load",
    "provision",
    "publish",
    "save",
]
