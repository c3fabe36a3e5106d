"""Keeps records: bytes in, bytes out, on SQLite through eventsourcing's recorder classes."""
