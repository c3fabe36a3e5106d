"""The same contact kept by the event store library as it comes: its own aggregates, transcoder, mapper and recorder."""

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event


class Case(Aggregate):
    """A case as the library's own documentation would have it."""

    @event("Opened")
    def __init__(self, jurisdiction: str) -> None:
        self.jurisdiction = jurisdiction
        self.contacts = 0

    @event("ContactMade")
    def contact_made(self, mode: str, whom: list[str], minutes: int, announced: bool, words: str) -> None:  # noqa: FBT001
        """Count it: a fold that does as little as one can."""
        self.contacts += 1


class Cases(Application):
    """The library's application with its defaults."""
