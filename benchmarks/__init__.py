"""How fast the models are, beside two hand-written programs that compute the same scores."""
