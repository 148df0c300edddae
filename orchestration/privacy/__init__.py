"""People who asked to be erased: their rows leave every file of ours, and do not come back."""
