"""Which records are one command's, and the receipts that follow from them."""

from typing import Any

from ihs_ledger.changed import Found, Wrong
from ihs_ledger.layout import ASKED, COMMAND, EVENT_SIZE, NUMBER, Row, first_event
from ihs_ledger.tables import Tables

_NO_COMMANDS_FIRST = bytes(EVENT_SIZE)


class Commands:
    """The commands of the records so far: of each the id of its first event, at its place, 16 bytes for each record."""

    def __init__(self) -> None:
        self._events = bytearray()
        self._others = 0
        self._longer: dict[int, int] = {}
        self._number, self._command = 0, b""

    def take(self, row: Row) -> None:
        """Take the record at the next position; Found where it does not go on from the one before it."""
        command = row[COMMAND]
        if row[NUMBER] != 1 or row[ASKED] is None or not command or command == self._command:
            self._take_another(row)
            return
        self._events += first_event(command)
        self._number, self._command = 1, command

    def _take_another(self, row: Row) -> None:
        """A record that begins no command: one of the command before it, or of none."""
        position, number, command, asked = row[0], row[NUMBER], row[COMMAND], row[ASKED]
        if number == 0 and command == b"" and asked is None:
            self._number, self._command = 0, b""
        elif number == self._number + 1 > 1 and command == self._command and asked is None:
            self._number = self._longer[position - number + 1] = number
        else:
            raise Found(Wrong(position, "records", *self._misplaced(number, command, asked)))
        self._events += _NO_COMMANDS_FIRST
        self._others += 1

    def _misplaced(self, number: int, command: bytes, asked: bytes | None) -> tuple[str, str]:
        if number == 1 and command and command == self._command:
            return "number", "its command begins a second time"
        if number == 1 and command and asked is None:
            return "asked", "it begins a command and does not say what was asked"
        return "number", "it does not go on from the record before it, and begins no command"

    def hold(self, tables: Tables) -> None:
        """Hold the receipts against the records; Found where one is missing, another, or one too many."""
        there = 0
        for there, receipt in enumerate(tables.receipts(), start=1):  # noqa: B007 - it counts them
            if not self._fits(*receipt):
                raise Found(self._wrong(tables))
        if there != len(self._events) // EVENT_SIZE - self._others:
            raise Found(self._wrong(tables))

    def _fits(self, event: Any, first: Any, count: Any) -> bool:
        if not isinstance(first, int) or first < 1 or event == _NO_COMMANDS_FIRST:
            return False
        at = first * EVENT_SIZE
        return bool(self._events[at - EVENT_SIZE : at] == event and self._longer.get(first, 1) == count)

    def _wrong(self, tables: Tables) -> Wrong:
        """The first command whose receipt is not as it should be; if all are, the first receipt too many."""
        for first in range(1, len(self._events) // EVENT_SIZE + 1):
            event = bytes(self._events[(first - 1) * EVENT_SIZE : first * EVENT_SIZE])
            if event != _NO_COMMANDS_FIRST and (wrong := self._wrong_of(first, tables.receipt(event))):
                return wrong
        stray = [first for event, first, count in tables.receipts() if not self._fits(event, first, count)]
        return Wrong(min(stray, default=0), "receipts", "event", "a receipt names what is not on record")

    def _wrong_of(self, first: int, receipt: tuple[object, object] | None) -> Wrong | None:
        if receipt is None:
            return Wrong(first, "receipts", "event", "its command has no receipt")
        named, count = receipt
        if named != first:
            why = f"the receipt of its command names position {named}: changed, or the command was recorded twice"
            return Wrong(first, "receipts", "first", why)
        if count != (there := self._longer.get(first, 1)):
            return Wrong(first, "receipts", "count", f"the receipt of its command counts {count}, there are {there}")
        return None
