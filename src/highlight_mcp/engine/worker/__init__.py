"""The process around one job: what it reads, reports and may use, and when it ends."""
