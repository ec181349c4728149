"""Ops of the Graph, one file per family; every module here defines its op as OP."""
