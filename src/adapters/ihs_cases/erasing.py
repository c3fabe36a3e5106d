"""Erasing: what an order has destroyed, by two persons, in one step with a new key file; and what it would touch."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from attrs import frozen

from ihs_cases.destroying import By, anew, may_be_done, orderer, receipt_of, service_now, where
from ihs_cases.errors import Conflict
from ihs_cases.proposal import Receipt
from ihs_cases.proposing import Proposing
from ihs_cases.reaching import OfCase, OfEntry, OfPerson, Reach, Said, Target, empties, reach
from ihs_domain.erasing import MAY_ERASE
from ihs_domain.gates import Against, Objection, Refused
from ihs_domain.roles import Actor
from ihs_domain.terms import ActorId, Code
from ihs_store.key_service import KeyEncryption
from ihs_store.port import Receipt as StoreReceipt

if TYPE_CHECKING:
    from ihs_cases.cases import Cases

MOST_TRIES: Final = 100
ROTATION, ERASURE = Code("rotation"), Code("erasure")


@frozen
class Erased:
    """What was destroyed: how many keys, how many open parts. *again*: by the same command before, and not now.

    *scoured*: no copy is left in the database's own files. Where that is False, a reader still needed it: the same
    command again tries again.
    """

    command: str
    position: int
    keys: int = 0
    emptied: int = 0
    again: bool = False
    scoured: bool = True


class Erasing:
    """What an order has destroyed in the cases of one store. *recorded_at* is for rehearsal stores alone."""

    def __init__(self, cases: "Cases") -> None:
        self.cases = cases

    def reach(self, target: Target, order: str, ordered_by: str = "") -> Reach:
        """What an erasure would touch. Raises UnknownCase, UnknownEntry, UnknownPerson, AlreadyGone."""
        return reach(self.cases, target, order, ordered_by)

    def propose(
        self,
        target: Target,
        *,
        order: str,
        ordered_by: str,
        actor: Actor,
        occurred: date | datetime,
        command_id: str,
        recorded_at: datetime | None = None,
    ) -> tuple[Receipt, ...]:
        """Put on record that this is to be destroyed, by which order; somebody else then has it done.

        The same command again gets its first receipts, whatever became of it since.
        """

        def put(said: Said, name: str) -> Receipt:
            kind, _, id_ = said.stream.partition("/")
            return self.cases.record(
                said.event,
                person_id=id_ if kind == "person" else None,
                case_id=id_ if kind == "case" else None,
                actor=actor,
                occurred=occurred,
                command_id=name,
                recorded_at=recorded_at,
            )

        return Proposing(self.cases, target, Code(order), ActorId(ordered_by), command_id, put).done()

    def erase(
        self,
        target: Target,
        *,
        order: str,
        actor: Actor,
        occurred: date | datetime,
        command_id: str,
        recorded_at: datetime | None = None,
    ) -> Erased:
        """Have destroyed what somebody else proposed by the same order, in every copy that is made from here on.

        In one step: what the record says of it, the destroyed keys, the emptied parts, and all other keys under a new
        key file, so that no key file of before opens anything. Refused without a proposal, for the same person, or
        under a hold. The same command again destroys nothing more.
        """
        by = By(actor=actor, occurred=occurred, command_id=command_id, recorded_at=recorded_at)
        command = by.command(self.cases, "erase", target, order)
        if (first := receipt_of(self.cases, command)) is not None:
            return self._again(first, parts=empties(target))
        for _ in range(MOST_TRIES):
            found = reach(self.cases, target, order, orderer(self.cases, target, order, actor))
            places = [*where(self.cases, found.says, by)]
            may_be_done(places)
            done = anew(self.cases, by, command, ERASURE, service_now(self.cases), places, found)
            if done is not None:
                if done.again:
                    return self._again(done, parts=empties(target))
                scoured = self.cases.store.scour(parts=empties(target))
                return Erased(command.id, last(done), len(found.keys), len(found.empty), scoured=scoured)
        raise Conflict(0, None)

    def rotate(
        self,
        *,
        actor: Actor,
        command_id: str,
        service: KeyEncryption | None = None,
        recorded_at: datetime | None = None,
    ) -> Erased:
        """Wrap every data key under a new key, in one step; the key file of before opens nothing from then on.

        A supervisor or an administrator has it done; Refused to others. The new key is kept as the old one was, or by
        the *service* that is given.
        """
        if actor.role not in MAY_ERASE:
            instead = f"have it done by: {', '.join(MAY_ERASE)}"
            raise Refused((Objection(f"the key is not for a {actor.role} to replace", instead, against=Against.ACTOR),))
        by = By(
            actor=actor, occurred=(recorded_at or datetime.now(UTC)), command_id=command_id, recorded_at=recorded_at
        )
        command = by.command_of_any_day(self.cases, "rotate", service.id if service else "")
        if (first := receipt_of(self.cases, command)) is not None:
            return self._again(first, parts=False)
        for _ in range(MOST_TRIES):
            done = anew(self.cases, by, command, ROTATION, service or service_now(self.cases), (), Reach())
            if done is not None:
                scoured = self.cases.store.scour(parts=False)
                return Erased(command.id, last(done), again=done.again, scoured=scoured)
        raise Conflict(0, None)

    def _again(self, first: StoreReceipt, *, parts: bool) -> Erased:
        """What was done already; a copy that it left, since it was cut off or somebody read, goes now."""
        scoured = self.cases.store.scour(parts=parts)
        return Erased(str(first.command), last(first), again=True, scoured=scoured)


def last(done: StoreReceipt) -> int:
    """The position of the last record of a command."""
    return done.first + done.count - 1


__all__ = ["Erased", "Erasing", "OfCase", "OfEntry", "OfPerson", "Reach", "Target"]
