"""Utah rule R512-100, edition by edition."""
