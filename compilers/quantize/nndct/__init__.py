"""AMD's own quantizer, pytorch_nndct, run in its own Python."""
