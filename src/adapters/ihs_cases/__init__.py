"""Cases: the wiring an embedder opens."""
