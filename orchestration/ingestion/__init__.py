"""Landed files become typed relations that staging reads."""
