"""Learning how likely candidates are from labelled recordings, with whole sources left out in turn."""
