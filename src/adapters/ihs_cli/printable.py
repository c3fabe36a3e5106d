"""Text as it may go to a terminal; by itself, so that the shortest answers import nothing else."""


def shown(text: str) -> str:
    """*text* on one line, with nothing in it that a terminal would obey."""
    return "".join(c if c.isprintable() else " " if c in "\n\t" else f"\\x{ord(c):02x}" for c in text)


def counted(number: int, what: str) -> str:
    """So many of *what*, in words."""
    return f"{number} {what}{'' if number == 1 else 's'}"
