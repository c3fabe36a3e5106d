"""What a store answers when it does not do as asked: said once, by type."""


class StoreError(Exception):
    """Any answer of a store other than done."""


class StoreNotOpened(StoreError):
    """There is no such store to open, or it is not one of ours; nothing was written."""


class UnknownURL(StoreNotOpened):
    """The address is not of a form that names a store."""


class StoreExists(StoreError):
    """Something already stands where a store was to be created."""


class StoreMissing(StoreNotOpened):
    """There is no file at the address."""


class StoreIsEmpty(StoreNotOpened):
    """The file at the address has no bytes in it."""


class StoreIsNotAFile(StoreNotOpened):
    """A folder or a device stands at the address."""


class NotADatabase(StoreNotOpened):
    """The file is not an SQLite database."""


class ForeignDatabase(StoreNotOpened):
    """The file is an SQLite database of another program."""


class NewerStore(StoreNotOpened):
    """The store was written by a later version of this program."""


class OlderStore(StoreNotOpened):
    """The store was written by an earlier version of this program, and is to be migrated first."""


class StoreClosed(StoreError):
    """The store was closed before it was asked."""


class StoreUnavailable(StoreError):
    """The disk or the file system refuses; nothing was recorded."""


class StoreReadOnly(StoreUnavailable):
    """The store can only be read where it stands; nothing was recorded."""


class StoreBusy(StoreError):
    """Another writer held the store for longer than the wait; nothing was recorded, asking again is safe."""


class StoreFull(StoreError):
    """There is no room left; nothing was recorded."""


class StoreDamaged(StoreError):
    """What is stored contradicts itself: restore from a backup and verify."""


class OutcomeUnknown(StoreError):
    """The disk failed while the record was made durable: ask for the receipt; if none, append again."""


class AppendRefused(StoreError):
    """The answer is no: nothing was recorded, and the same request will be refused again."""


class VersionConflict(AppendRefused):
    """The stream's next version is not the draft's; `current` is the version it stands at."""

    def __init__(self, stream: str, current: int) -> None:
        after = f"read it again, then append version {current + 1}"
        super().__init__(f"the stream stands at version {current}: {after}")
        self.stream = stream
        self.current = current


class CommandReused(AppendRefused):
    """The command id is on record with other content."""

    def __init__(self) -> None:
        super().__init__("this command id is on record with other content: use a new id for a new command")


class KeyIdTaken(AppendRefused):
    """A new key's id came to be in use meanwhile: seal again, then append; `key` is the id."""

    def __init__(self, key: str) -> None:
        super().__init__("another append made a key of these parts first: seal them again, then append")
        self.key = key


class KeySealsNothing(AppendRefused):
    """A new key came with an append that seals nothing under it."""


class KeyFileReplaced(AppendRefused):
    """What was to be recorded is sealed under a key file that was replaced meanwhile: read that, then seal again."""


class ClockWentBack(AppendRefused):
    """The time of recording would lie before the last record's."""


class RecordedAtRefused(AppendRefused):
    """A live store stamps the time of recording itself."""


class RecordedAtMissing(AppendRefused):
    """A rehearsal store is told the time of recording."""


class KeyFileError(StoreError):
    """The key file cannot be used."""


class KeyFileExists(KeyFileError):
    """Something already stands where a key file was to be created."""


class KeyFileMissing(KeyFileError):
    """There is no key file at the path, or it may not be read."""


class KeyFileDamaged(KeyFileError):
    """What stands at the path is not a key file."""


class KeyFileExposed(KeyFileError):
    """Others on this machine may read or change the key file."""


class KeyFileBusy(KeyFileError):
    """Somebody else is replacing the key file, or just did."""


class WrongKeyFile(KeyFileError):
    """The key file is not the one that this store's keys are wrapped under."""


class KeyServiceAway(KeyFileError):
    """The key service that keeps the store's key does not answer, or refuses; nothing was recorded."""


class KeyErased(StoreError):
    """The key was destroyed, or never was: what it sealed cannot be read by anyone."""


class SealBroken(StoreError):
    """The sealed bytes were altered, or stand in a place they were not sealed for."""
