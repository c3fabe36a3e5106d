"""Telling other agencies over NATS JetStream."""
