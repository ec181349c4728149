"""Structured pruning: removes whole channels from a float Graph, which stays an ordinary one.

The modules that measure importance and train need torch; the others do not.
"""
