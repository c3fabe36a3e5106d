"""For downstream services: receive what an agency was told, once and in order."""
