"""Whatever is done to a store, in any order, it holds what a model of it says."""

import pytest
from broken import spread
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from ihs_ledger.verify import verify
from ihs_record.row import Draft, instant
from ihs_store.backup import backup, restore
from ihs_store.errors import ClockWentBack, CommandReused, VersionConflict
from ihs_store.port import Command
from ihs_store.stamping import wall_clock
from ihs_store.store import create, open_store, path_of

pytestmark = pytest.mark.faults
MAC, OTHER = b"m" * 32, b"n" * 32
SECOND = 1_000_000
STREAMS = st.sampled_from(["case/a", "case/b", "person/p"])
KILLED_AT = st.integers(1, 60)
# What breaks is told as it broke: to find the smallest example would break a store some thousand times more.
UNSHRUNK = settings(
    deadline=None,
    database=None,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    stateful_step_count=8,
    suppress_health_check=[*HealthCheck],
)


def draft(stream, version, content, **said):
    return Draft(
        stream, version, **{"name": "A.v1", "day": "2015-01-09", "actor": "w", "role": "r", "open": content, **said}
    )


class Histories(RuleBasedStateMachine):
    """A store, and a model of it: what is on each stream, in what order, and by which command."""

    def __init__(self, breaker):
        super().__init__()
        self.breaker, self.folder = breaker, breaker.new_folder()
        self.now = wall_clock() - 3600 * SECOND  # those who are killed have the machine's clock
        self.last = self.said_right = None
        self.record, self.commands, self.copies = [], {}, 0
        self.url = f"{self.folder}/cases.db"
        self.store = create(self.url, clock=self.clock)

    def clock(self):
        return self.now

    def versions(self, stream):
        return sum(one == stream for one, _ in self.record)

    @rule(stream=STREAMS, contents=st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=3))
    def append(self, stream, contents):
        first, version = len(self.record) + 1, self.versions(stream)
        command = Command(f"m{first}", MAC)
        self.tick()

        drafts = [draft(stream, version + n, content) for n, content in enumerate(contents, 1)]
        receipt = self.store.append(drafts, command=command)

        assert (receipt.first, receipt.count, receipt.again) == (first, len(contents), False)
        self._stamped(self.now)
        self.record += [(stream, content) for content in contents]
        self.commands[command.id] = (first, len(contents))

    def tick(self):
        """Time goes on; where it was set back, it is set right first."""
        self.now = max(self.now, self.last or 0) + 1

    def _stamped(self, at):
        if at != self.last:
            self.last, self.said_right = at, None

    @rule(stream=STREAMS, off=st.sampled_from([-1, 1, 5]))
    def conflict(self, stream, off):
        version = self.versions(stream) + 1 + off
        self.tick()
        if version > 0:
            with pytest.raises(VersionConflict):
                self.store.append([draft(stream, version, b"x")])

    @precondition(lambda self: self.commands)
    @rule(data=st.data(), mac=st.sampled_from([MAC, OTHER]))
    def ask_again(self, data, mac):
        command = data.draw(st.sampled_from(sorted(self.commands)))
        if mac == OTHER:
            with pytest.raises(CommandReused):
                self.store.append([draft("case/a", 1, b"x")], command=Command(command, mac))
            return

        receipt = self.store.append([draft("case/a", 99, b"x")], command=Command(command, mac))

        assert (receipt.first, receipt.count, receipt.again) == (*self.commands[command], True)

    @precondition(lambda self: self.record and self.last)
    @rule(back=st.integers(3, 10_000))
    def set_the_clock_back(self, back):
        self.now = self.last - back * SECOND
        plain = draft("case/a", self.versions("case/a") + 1, b"x")
        if self.said_right is not None and self.now >= self.said_right - 2 * SECOND:
            assert self.store.append([plain]).recorded_at == instant(self.last)
            self.record.append(("case/a", b"x"))
            return

        with pytest.raises(ClockWentBack):
            self.store.append([plain])
        read = instant(self.now).isoformat()
        said = draft("system", self.versions("system") + 1, b"{}", name="ClockCorrected.v1", occurred=read)
        receipt = self.store.append([said])

        assert receipt.recorded_at == instant(self.last)
        self.said_right = self.now
        self.record.append(("system", b"{}"))

    @rule()
    def reopen(self):
        self.store.close()
        self.store = open_store(self.url, clock=self.clock)

    @rule(at=KILLED_AT, how=st.sampled_from("kah"))
    def kill_another_writer(self, at, how):
        """Another process is killed somewhere: what it was asked may stand, what it was told does."""
        begun = len(self.record) * 1000
        acts = ("open", "append", "append", "close")
        run = self.breaker.run(*acts, folder=self.folder, kinds="cwtslu", at=at, how=how, **{"from": begun})
        came = self.store.read(len(self.record), limit=100)
        commands = {int(row.command[1:]) for row in came}
        assert run.acked <= commands <= {int(n) for n in run.of("asked")}
        for row in came:
            self._stamped(row.recorded_at)
        self.record += [(row.stream, row.open.content) for row in came]
        self.commands |= {row.command: (row.position, 1) for row in came}

    @rule()
    def back_up_and_go_on_from_the_copy(self):
        self.copies += 1
        saved, again = self.folder / f"saved-{self.copies}.db", self.folder / f"again-{self.copies}"
        again.mkdir()
        backup(self.url, saved)
        restore(saved, f"{again}/cases.db")
        self.store.close()
        self.url, self.folder = f"{again}/cases.db", again
        self.store = open_store(self.url, clock=self.clock)

    @invariant()
    def holds_what_the_model_says(self):
        rows = self.store.read(0, limit=10_000)
        assert [(row.stream, row.open.content) for row in rows] == self.record
        times = [row.recorded_at for row in rows]
        assert times == sorted(times)
        for command, (first, count) in spread(self.commands.items(), 3):
            receipt = self.store.receipt(command)
            assert (receipt.first, receipt.count) == (first, count)
        head, verdict = self.store.head(), verify(path_of(self.url))
        assert (verdict.holds, verdict.tree) == (True, (head.position, head.root))

    def teardown(self):
        self.store.close()


@pytest.mark.fault("random histories")
def test_whatever_is_done_to_a_store_it_holds_what_its_model_says(breaker, runs, form):
    def machine():
        runs.ran(0)
        return Histories(breaker)

    most, steps = (15, 12) if form == "quick" else (250, 30)
    run_state_machine_as_test(machine, settings=settings(UNSHRUNK, max_examples=most, stateful_step_count=steps))

    assert runs.lost == 0


def test_a_model_that_differs_from_its_store_is_seen(breaker):
    class Wrong(Histories):
        def clock(self):
            return super().clock() - len(self.record) * 10 * SECOND

    with pytest.raises((AssertionError, ClockWentBack)):
        run_state_machine_as_test(lambda: Wrong(breaker), settings=settings(UNSHRUNK, max_examples=10))
