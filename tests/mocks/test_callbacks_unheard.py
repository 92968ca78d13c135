"""Callbacks nobody hears are told: in the fleet's log, its state, its metrics, its commands."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from mocks.core.credentials import MARKET_CLIENT, MARKET_SECRET
from tests.gateway.terminal import Terminal
from tests.mocks.conftest import Listener, start_world, stop_world


def filed(world: Any) -> None:
    market = world.caller("market")
    form = {"grant_type": "client_credentials", "client_id": MARKET_CLIENT}
    form["client_secret"] = MARKET_SECRET
    reply = httpx.post(f"{market.base}/oauth/token", data=form, trust_env=False)
    market.headers["Authorization"] = f"Bearer {reply.json()['access_token']}"
    body = market.body("applyFoodBusinessLicence")
    market.call("applyFoodBusinessLicence", body, headers={"Idempotency-Key": "unheard-1"})


def test_callbacks_nobody_hears_are_told_until_somebody_does(
    tmp_path: Path, own_listener: Listener, capfd: pytest.CaptureFixture[str]
) -> None:
    own_listener.failing = 10**6
    world = start_world(tmp_path, "market", callback_base=own_listener.url)
    try:
        filed(world)

        def told() -> Any:
            return world.ask("GET", "state")["departments"]["market"]["callbacks"]

        world.until(lambda: told()["failed"] >= 2, "attempts failed")
        shell = Terminal(capfd)
        assert shell.run("mocks", "state", "--state", str(tmp_path)) == 0
        metrics = world.client.get(f"{world.admin}/__admin/metrics").text
        waiting = told()
        own_listener.failing = 0
        world.until(lambda: told()["waiting"] == 0, "it is heard")
    finally:
        stop_world(world)

    address = f"{own_listener.url}/callbacks/market"
    assert (waiting["to"], waiting["waiting"], waiting["why"]) == (address, 1, "HTTP 503")
    assert f"callbacks market calls {address}: 0 heard, " in shell.out
    assert "1 waiting (HTTP 503)" in shell.out
    assert 'mocks_callbacks_waiting{department="market"} 1' in metrics
    assert 'mocks_callbacks_total{department="market",outcome="failed"}' in metrics
    log = shell.err + capfd.readouterr().err
    assert log.count(f"to {address} is not delivered: HTTP 503; tried again") == 1
    assert f"callbacks to {address} are heard again" in log


def test_who_tells_nobody_says_nothing_of_callbacks(own_fire: Any) -> None:
    assert own_fire.ask("GET", "state")["departments"]["fire"]["callbacks"] is None
    assert (
        "mocks_callbacks_total{"
        not in own_fire.client.get(f"{own_fire.admin}/__admin/metrics").text
    )
