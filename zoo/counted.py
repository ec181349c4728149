"""How many there are of something, in words."""

__all__ = ["counted"]


def counted(count: int, one: str, several: str = "") -> str:
    """Return such as '1 picture' or '2,000 pictures'. several: of `one`, if not with an s."""
    return f"{count:,} {one if count == 1 else several or f'{one}s'}"
