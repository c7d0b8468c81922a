"""Bytes as people say them."""

MIB, GIB = 2**20, 2**30


def size(count: int) -> str:
    """In whole MiB, from one GiB on in GiB: 64 MiB, 12.7 GiB."""
    return f"{count / GIB:.1f} GiB" if count >= GIB else f"{count // MIB} MiB"
