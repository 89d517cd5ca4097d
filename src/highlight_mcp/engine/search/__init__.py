"""Moments by name: words, sounds and pictures that are asked for."""
