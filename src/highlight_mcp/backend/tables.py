"""The tables of the backend, and times as they are stored and shown. DBOS keeps its own tables beside them."""

import sqlalchemy as sa

metadata = sa.MetaData()

RUNNING = "running"
OPEN_RENDER = ("pending", "processing")
FINAL_ROWS = ("settle", "refund")


def _after_all(table: str, column: str) -> sa.TextClause:
    """One more than the greatest so far: an order that holds when the clock steps back."""
    return sa.text(f"(SELECT coalesce(max({column}), 0) + 1 FROM {table})")


accounts = sa.Table(
    "accounts", metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("client_id", sa.Text, unique=True),
    sa.Column("token_hash", sa.Text, unique=True),
    sa.Column("unlimited", sa.Boolean, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("expires_ms", sa.BigInteger),
)  # fmt: skip

sessions = sa.Table(
    "sessions", metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("task_id", sa.Text, nullable=False),
    sa.Column("account_id", sa.ForeignKey("accounts.id"), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("head_rev", sa.Integer),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("updated_ms", sa.BigInteger, nullable=False),
    sa.Column(
        "changed", sa.BigInteger, nullable=False,
        default=_after_all("sessions", "changed"), onupdate=_after_all("sessions", "changed"),
    ),
    sa.Column("highest_id", sa.BigInteger, nullable=False, default=0),
    sa.Index("sessions_of_account", "account_id", "updated_ms"),
    sa.Index("sessions_by_change", "changed"),
)  # fmt: skip

media = sa.Table(
    "media", metadata,
    sa.Column("session_id", sa.ForeignKey("sessions.id"), primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("owned", sa.Boolean, nullable=False),
    sa.Column("mtime_ns", sa.BigInteger, nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("info", sa.Text, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("identity", sa.Text),
    sa.Index("media_by_id", "id"),
    sa.Index("media_by_path", "path"),
)  # fmt: skip

versions = sa.Table(
    "versions", metadata,
    sa.Column("session_id", sa.ForeignKey("sessions.id"), primary_key=True),
    sa.Column("rev", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("parent", sa.Integer),
    sa.Column("content", sa.Integer, nullable=False),
    sa.Column("turn_id", sa.Text, nullable=False),
    sa.Column("change", sa.Text, nullable=False),
    sa.Column("timeline", sa.Text, nullable=False),
    sa.Column("duration_ms", sa.BigInteger, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("operations", sa.Text),
)  # fmt: skip

turns = sa.Table(
    "turns", metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("session_id", sa.ForeignKey("sessions.id"), nullable=False),
    sa.Column("account_id", sa.ForeignKey("accounts.id"), nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("base_rev", sa.Integer),
    sa.Column("request", sa.Text, nullable=False),
    sa.Column("result", sa.Text),
    sa.Column("fault", sa.Text),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("finished_ms", sa.BigInteger),
    sa.Column("number", sa.BigInteger, nullable=False, default=_after_all("turns", "number")),
    sa.Index("turns_of_session", "session_id", "created_ms"),
    sa.Index("turns_by_number", "number"),
    sa.Index(
        "one_running_turn", "session_id", unique=True,
        sqlite_where=sa.text("status = 'running'"), postgresql_where=sa.text("status = 'running'"),
    ),
)  # fmt: skip

renders = sa.Table(
    "renders", metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("session_id", sa.ForeignKey("sessions.id"), nullable=False),
    sa.Column("account_id", sa.ForeignKey("accounts.id"), nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("request_hash", sa.Text, nullable=False),
    sa.Column("spec", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("facts", sa.Text),
    sa.Column("path", sa.Text, unique=True),
    sa.Column("fault", sa.Text),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("finished_ms", sa.BigInteger),
    sa.Column("number", sa.BigInteger, nullable=False, default=_after_all("renders", "number")),
    sa.Column(
        "changed", sa.BigInteger, nullable=False,
        default=_after_all("renders", "changed"), onupdate=_after_all("renders", "changed"),
    ),
    sa.Index("renders_of_session", "session_id", "created_ms"),
    sa.Index("renders_by_number", "number"),
    sa.Index("renders_by_change", "changed"),
)  # fmt: skip

uploads = sa.Table(
    "uploads", metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("session_id", sa.ForeignKey("sessions.id"), nullable=False),
    sa.Column("account_id", sa.ForeignKey("accounts.id"), nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("fault", sa.Text),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("finished_ms", sa.BigInteger),
    sa.Index("uploads_of_session", "session_id", "number"),
)  # fmt: skip

upload_items = sa.Table(
    "upload_items", metadata,
    sa.Column("upload_id", sa.ForeignKey("uploads.id"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("path", sa.Text),
    sa.Column("url", sa.Text),
    sa.Column("asked", sa.Boolean, nullable=False),
    sa.Column("media_id", sa.Text),
    sa.Column("fault", sa.Text),
)  # fmt: skip

attempts = sa.Table(
    "attempts", metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("job_id", sa.Text, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("fault", sa.Text),
    sa.Column("pid", sa.Integer),
    sa.Column("pid_started", sa.Float),
    sa.Column("started_ms", sa.BigInteger, nullable=False),
    sa.Column("finished_ms", sa.BigInteger),
    sa.UniqueConstraint("job_id", "number"),
)  # fmt: skip

ledger = sa.Table(
    "ledger", metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("account_id", sa.ForeignKey("accounts.id"), nullable=False),
    sa.Column("job_id", sa.Text),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("amount", sa.Integer, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.CheckConstraint("kind in ('grant', 'freeze', 'settle', 'refund')"),
    sa.Index("ledger_of_account", "account_id"),
    sa.Index(
        "one_final_row", "job_id", unique=True,
        sqlite_where=sa.text("kind in ('settle', 'refund')"),
        postgresql_where=sa.text("kind in ('settle', 'refund')"),
    ),
    sa.Index(
        "one_freeze", "job_id", unique=True,
        sqlite_where=sa.text("kind = 'freeze'"), postgresql_where=sa.text("kind = 'freeze'"),
    ),
)  # fmt: skip
