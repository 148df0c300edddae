"""How fast the models are, measured beside two hand-written programs that compute the same scores."""
