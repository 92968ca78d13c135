"""The suite on several cores: what shares a group runs on one worker, in its order."""

import os

import pytest


def test_a_worker_knows_the_group_of_a_test(request: pytest.FixtureRequest) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:  # noqa: TID251 — how xdist says it
        pytest.skip("groups are for several workers: make pytest")

    assert request.node.nodeid.endswith("@tests/architecture/test_suite.py")
