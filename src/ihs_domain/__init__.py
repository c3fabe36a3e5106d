"""In-home services: what a case is, how it is judged and what falls due. Pure: attrs and the standard library."""
