"""Makes labelled recordings out of the footage folder's clips and sounds: what happened when is known exactly."""
