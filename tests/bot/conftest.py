"""`pytest tests/bot --update-golden` writes the golden messages anew; read the difference before you commit it."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write tests/bot/golden anew")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    # The option is unknown when the whole suite runs, since this file is read after the command line.
    return bool(request.config.getoption("--update-golden", default=False))
