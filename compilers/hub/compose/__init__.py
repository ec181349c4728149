"""Operators read as equivalent compositions of others: a Sum as additions, an LRN as a pool.

Thus they reach every back end, and are quantized, trained and proven like their parts. Each module
has the operators of one kind in a table COMPOSITIONS: a function adds the parts, or none if it
leaves the operator to its op plugin.
"""

from compilers.hub.compose.compositions import compose

__all__ = ["compose"]
