"""Other people's networks: their contracts, and what is compared with them."""
