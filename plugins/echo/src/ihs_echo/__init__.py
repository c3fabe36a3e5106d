"""The smallest sink: the one to copy."""
