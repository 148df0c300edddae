"""A made-up company's year, for first steps and tests."""
