"""Credits add up whatever happens, and each job gets one final row."""

import secrets
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from highlight_mcp.backend import ledger
from highlight_mcp.backend.database import Database
from highlight_mcp.backend.tables import accounts
from highlight_mcp.backend.tables import ledger as ledger_table
from highlight_mcp.contract.errors import ApiError

WORDS = st.sampled_from(["freeze", "settle", "free", "refund"])
ACTIONS = st.lists(st.tuples(WORDS, st.integers(0, 4), st.integers(0, 60)), max_size=30)


@settings(max_examples=60)
@given(ACTIONS)
def test_credits_are_never_lost_doubled_or_below_zero(database: Database, actions: list[tuple[str, int, int]]) -> None:
    account = secrets.token_hex(8)
    frozen: dict[str, int] = {}
    final: dict[str, str] = {}
    with database.write() as connection:
        row = {"id": account, "unlimited": False, "created_ms": 0}
        connection.execute(accounts.insert().values(**row))
        ledger.grant(connection, account, 100)
        spent = 0
        for action, number, amount in actions:
            job = f"{account}-{number}"
            if action == "freeze" and job not in frozen:
                try:
                    ledger.reserve(connection, account, job, amount)
                    frozen[job] = amount
                except ApiError as error:
                    assert error.fault.kind == "no_credits"
            elif action != "freeze" and job in frozen:
                charge = action == "settle"
                refunded = action == "refund"
                first = ledger.refund(connection, job) if refunded else ledger.settle(connection, job, charge=charge)
                assert first == (job not in final)
                if first:
                    spent += frozen[job] if charge else 0
                final.setdefault(job, action)
            held = sum(value for job, value in frozen.items() if job not in final)
            assert ledger.sums(connection, account) == (100 - spent - held, held, 100 - spent)
            assert 100 - spent - held >= 0


def test_a_second_final_row_is_impossible_even_by_hand(database: Database) -> None:
    with database.write() as connection:
        connection.execute(accounts.insert().values(id="x", unlimited=True, created_ms=0))
        ledger.reserve(connection, "x", "job-x", 5)
        assert ledger.settle(connection, "job-x", charge=True)
    values = {"account_id": "x", "job_id": "job-x", "kind": "refund", "amount": 0, "created_ms": 0}
    with pytest.raises(sa.exc.IntegrityError), database.write() as connection:
        connection.execute(ledger_table.insert().values(**values))


def test_the_statements_compile_for_postgresql() -> None:
    from sqlalchemy.dialects import postgresql
    from sqlalchemy.schema import CreateIndex, CreateTable

    from highlight_mcp.backend.tables import metadata

    for table in metadata.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
        for index in table.indexes:
            text = str(CreateIndex(index).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
            assert ("WHERE" in text) == index.name.startswith("one_")  # type: ignore[union-attr]


@pytest.mark.sqlite
def test_a_reader_does_not_wait_for_a_writer(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'r.db'}")
    database.migrate()
    with database.write() as writer:
        writer.execute(accounts.insert().values(id="w", unlimited=True, created_ms=0))
        with database.read() as reader:
            assert reader.scalar(sa.select(sa.func.count()).select_from(accounts)) == 0
    database.close()
