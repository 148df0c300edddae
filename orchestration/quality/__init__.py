"""Checks of configuration, of raw input and of scores."""
