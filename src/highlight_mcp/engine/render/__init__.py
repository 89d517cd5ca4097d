"""From a timeline to an MP4: a pure plan on the frame grid, then decoding, drawing, mixing and encoding."""
