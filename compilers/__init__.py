"""From a network to an artifact: hub, ops, reference, passes, quantizers and lowerings."""
