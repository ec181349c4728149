"""AMD's own quantizer, pytorch_nndct, in the Python that it is installed in."""
