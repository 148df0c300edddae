"""Weights that come from a platform's own scoring, as draft rows of our seeds, and go back."""
