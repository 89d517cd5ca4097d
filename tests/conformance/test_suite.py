"""The official conformance suite against the product, and against the product with the suite's fixtures on top."""

from pathlib import Path

import pytest

from .node import Peers
from .suite import LINES, read_expected, run_suite, surprises, unknown

pytestmark = [pytest.mark.peers, pytest.mark.timeout(240)]
HERE = Path(__file__).parent
EXPECTED = {
    "product": HERE / "expected-failures.yml",
    "with_fixtures": HERE / "expected-failures-with-fixtures.yml",
}


@pytest.mark.parametrize("server", EXPECTED)
def test_every_scenario_passes_but_the_expected_failures(
    server: str, peers: Peers, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = request.getfixturevalue(server)
    expected = read_expected(EXPECTED[server])
    runs = {name: run_suite(peers, line, url, EXPECTED[server], tmp_path / name) for name, line in LINES.items()}
    assert {name: surprises(outcomes, expected) for name, outcomes in runs.items()} == {name: [] for name in LINES}
    assert unknown(expected, runs.values()) == []
