"""Audited results become what readers open."""
