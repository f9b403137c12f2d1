"""Corpus generation, training and evaluation of the goal model."""
