"""Natural language to typed goals, and back."""
