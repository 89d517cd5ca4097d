"""Frames: what an order may be made of."""
