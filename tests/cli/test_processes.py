"""`ihs` as a process of its own: pipes, Ctrl-C, terminals, long lines, exit codes."""

import json
import os
import pty
import signal
import subprocess
import sys
import sysconfig
from contextlib import closing, suppress
from pathlib import Path

import pytest
from typed import entry

from ihs_cli.recording import Interrupt

IHS = str(Path(sysconfig.get_path("scripts")) / "ihs")


@pytest.fixture
def started(tmp_path):
    """Starts `ihs` with pipes, in the test's folder; ends it with the test."""
    processes = []

    def start(*args, **pipes):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | pipes
        processes.append(subprocess.Popen([IHS, *args], cwd=tmp_path, **pipes))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.wait()
        for pipe in filter(None, (process.stdin, process.stdout, process.stderr)):
            with suppress(BrokenPipeError):
                pipe.close()


def line(id_):
    return json.dumps(entry(id_)).encode() + b"\n"


def test_lines_are_recorded_as_they_come_down_a_pipe(live, started):
    process = started("record", "cases.db", "-")

    told = []
    for id_ in ("a", "b"):
        process.stdin.write(line(id_))
        process.stdin.flush()
        told.append(process.stdout.readline())

    assert told == [b"-:1 recorded a k1@2 ContactMade\n", b"-:2 recorded b k1@3 ContactMade\n"]


def test_ctrl_c_ends_the_run_and_says_what_was_recorded(live, started):
    process = started("record", "cases.db", "-")
    process.stdin.write(line("a"))
    process.stdin.flush()
    process.stdout.readline()

    process.send_signal(signal.SIGINT)

    out, err = process.communicate()
    assert (process.returncode, out) == (1, b"")
    assert err.decode().split("\n") == [
        "stopped after -:1: 1 recorded, 0 nothing new, 0 refused, 0 wrong; run it again for the rest",
        "",
        "ihs: stopped",
        "",
    ]


def interrupted(times):
    """What is done of a line, and of what follows, when Ctrl-C is typed while it is being recorded."""
    interrupt, done = Interrupt(), []
    with suppress(KeyboardInterrupt), interrupt.listening():
        with interrupt.held():
            for _ in range(times):
                os.kill(os.getpid(), signal.SIGINT)
            done.append("the line")
        done.append("the next")
    return done


def test_ctrl_c_never_cuts_a_line_in_two():
    assert interrupted(1) == ["the line"]


def test_ctrl_c_typed_twice_ends_at_once():
    assert interrupted(2) == []


def test_ctrl_c_is_given_back_after_the_run():
    before = signal.getsignal(signal.SIGINT)

    interrupted(1)

    assert signal.getsignal(signal.SIGINT) is before


def test_who_reads_no_further_ends_the_run_quietly(live, started):
    process = started("record", "cases.db", "-")
    process.stdin.write(line("a"))
    process.stdin.flush()
    process.stdout.readline()

    process.stdout.close()
    with suppress(BrokenPipeError):
        process.stdin.write(line("b") + line("c"))
        process.stdin.close()

    assert process.stderr.read() == b""
    assert process.wait() == 1


def test_what_was_recorded_when_the_reader_left_is_nothing_new_the_next_time(ihs, live, started, write):
    process = started("record", "cases.db", "-")
    process.stdout.close()
    with suppress(BrokenPipeError):
        process.stdin.write(line("a"))
        process.stdin.close()
    process.wait()

    answer = ihs("record", "cases.db", write(entry("a")).name)

    assert answer.lines == [
        "day.jsonl:1 nothing new a k1@2 ContactMade",
        "0 recorded, 1 nothing new, 0 refused, 0 wrong",
    ]


def test_a_line_of_10_mb_is_told_and_passed_over(live, started):
    process = started("record", "cases.db", "-")

    out, err = process.communicate(b'{"id": "' + b"x" * 10_000_000 + b'"}\n' + line("a"))

    assert err == b"-:1 wrong: the line is longer than 1048576 bytes: keep documents elsewhere\n"
    assert b"\x1b" not in out  # nor is there a bar
    assert out.splitlines()[0] == b"-:2 recorded a k1@2 ContactMade"
    assert process.returncode == 1


def test_a_bar_shows_on_a_terminal_and_never_in_a_pipe(live, started, write):
    write(entry("a"), entry("b"))
    ours, theirs = pty.openpty()
    with closing(os.fdopen(ours, "rb")) as screen:
        process = started("record", "cases.db", "day.jsonl", stderr=theirs)
        out, _ = process.communicate()
        os.close(theirs)
        shown = screen.read1()

    assert b"[##############################] 100%" in shown
    assert shown.endswith(b"\r\x1b[K")
    assert out.splitlines()[0] == b"day.jsonl:1 recorded a k1@2 ContactMade"


def test_a_terminal_that_lacks_letters_gets_them_spelt_out(ihs, live, started, write):
    write(entry("a", **{"with": {"mode": "phone", "whom": [], "words": "ča\x1b[2Jj\nnext"}}))
    latin = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    ihs("record", "cases.db", "day.jsonl")

    out, err = started("case", "timeline", "cases.db", "k1", env=latin).communicate()

    assert b"words \\u010da\\x1b[2Jj next\n" in out
    assert err == b""


@pytest.mark.parametrize(
    "args, code",
    [
        (("--version",), 0),
        (("nonsense",), 2),
    ],
)
def test_a_process_leaves_with_0_when_done_and_2_when_asked_wrongly(live, started, args, code):
    process = started(*args)
    process.communicate()

    assert process.returncode == code


def test_a_version_is_told_without_importing_a_store(live):
    script = (
        "import sys; from ihs_cli.main import main\ntry: main(['--version'])\nexcept SystemExit: print(*sys.modules)"
    )

    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout

    assert {name.partition(".")[0] for name in out.split()} & {
        "ihs_cases",
        "ihs_store",
        "ihs_domain",
        "cattrs",
    } == set()
