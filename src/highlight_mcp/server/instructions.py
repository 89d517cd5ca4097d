"""What the server tells a model before the first call."""

INSTRUCTIONS = """\
Turns long footage into a short highlight reel. Flow: upload -> edit -> (preview) -> edit again -> export.
- upload takes absolute paths, folders or URLs; pass new_session=true for a new project.
- edit takes the user's wish in their own words, or exact `operations` (see help://operations). Undo: [{"op":"undo"}].
- Every result repeats session_id; pass it back when you work on more than one project.
- Calls return within wait_s. While the status is running, pending or processing, make the call in next_step.
- Show the user the message, the reasons of the picks, and the path of the finished file. Times are in milliseconds.
"""
