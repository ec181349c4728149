"""Kria KV260: the .xmodel file of AMD's XIR, written and read without AMD's libraries."""
