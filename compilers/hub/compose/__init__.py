"""Operators that are read as others which mean the same: a Sum as additions, an LRN as a pool.

So they reach every back end, and are quantized, trained and proven like these. Each module holds
the operators of one kind in a table COMPOSITIONS: a function adds the parts, or adds none where it
leaves the operator to its op plugin.
"""

from compilers.hub.compose.compositions import compose

__all__ = ["compose"]
