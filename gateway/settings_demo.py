"""What the dev profile fills in: the mocks' addresses on this machine and their demo credentials.

These credentials are public. `gateway.settings_safety` refuses every one of them in production.
"""

from gateway.settings_read import Layer

ADMIN_PORT = 8100
DEPARTMENTS = (
    "planning",
    "housing",
    "construction",
    "market",
    "fire",
    "greening",
    "police",
    "health",
)
DEMO_CREDENTIALS = {
    "planning.username": "onething",
    "planning.password": "planning-demo-secret",
    "housing.app_key": "housing-demo-key",
    "construction.userid": "onething",
    "construction.password": "construction-demo-secret",
    "market.client_id": "onething",
    "market.client_secret": "market-demo-secret",
    "market.callback_secret": "market-callback-demo-secret",
    "fire.token": "fire-demo-token",
    "greening.app_code": "onething",
    "police.licence": "police-demo-licence",
    "health.api_key": "health-demo-key",
}
PUBLIC_SECRETS = frozenset(DEMO_CREDENTIALS.values()) - {"onething"}


def department_urls(port_base: int = ADMIN_PORT) -> dict[str, str]:
    """Where the mocks listen when started with this port base."""
    return {d: f"http://127.0.0.1:{port_base + i}" for i, d in enumerate(DEPARTMENTS, start=1)}


def dev_layer(dev_folder: object) -> Layer:
    """The lowest layer of the dev profile."""
    return Layer(
        source="profile dev",
        values={
            "store.url": f"sqlite:///{dev_folder}/onething.sqlite",
            "materials.folder": f"{dev_folder}/materials",
            "clock.follow": f"http://127.0.0.1:{ADMIN_PORT}/__admin/clock",
            "log.format": "console",
            **{f"departments.{d}.url": url for d, url in department_urls().items()},
            # The mocks bear any load; what a department really takes is in its manifest.
            **{f"departments.{d}.limits.rate_per_s": 0 for d in DEPARTMENTS},
            **{f"departments.{name}": value for name, value in DEMO_CREDENTIALS.items()},
        },
    )
