"""What the families of landmark networks share: contract, training, losses and mean faces."""
