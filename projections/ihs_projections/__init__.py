"""One question per module: each projection is a pure function of one case's history."""
