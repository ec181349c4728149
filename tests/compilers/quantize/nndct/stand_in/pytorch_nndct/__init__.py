"""A stand-in for AMD's pytorch_nndct, which no package registry has."""
