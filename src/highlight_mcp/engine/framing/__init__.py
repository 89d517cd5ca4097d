"""Where a crop looks: what in a picture is worth following, and how a camera would follow it."""
