"""Several things at once."""

import threading


def together(*jobs):
    """Runs all *jobs* at once in threads; what each raised, if anything."""
    raised, start = [], threading.Barrier(len(jobs))

    def run(job):
        start.wait()
        try:
            job()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test is to see it
            raised.append(error)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised
