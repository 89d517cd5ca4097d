"""Score boards of many styles, drawn over real clips, with the times at which the score changes."""
