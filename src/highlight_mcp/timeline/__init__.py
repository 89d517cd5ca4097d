"""The edit itself: exact time, media, tracks, clips, typed operations. Pure values, no input or output."""
