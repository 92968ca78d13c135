"""The demo credentials each mock expects: values for loopback, printed in the documentation."""

PLANNING_USER = "onething"
PLANNING_PASSWORD = "planning-demo-secret"  # noqa: S105  a demo value, not a secret
HOUSING_APP_KEY = "housing-demo-key"
CONSTRUCTION_USER = "onething"
CONSTRUCTION_PASSWORD = "construction-demo-secret"  # noqa: S105  a demo value, not a secret
MARKET_CLIENT = "onething"
MARKET_SECRET = "market-demo-secret"  # noqa: S105  a demo value, not a secret
MARKET_CALLBACK_SECRET = "market-callback-demo-secret"  # noqa: S105  a demo value, not a secret
FIRE_TOKEN = "fire-demo-token"  # noqa: S105  a demo value, not a secret
GREENING_APP_CODE = "onething"
GREENING_APP_SECRET = "greening-demo-secret"  # noqa: S105  a demo value, not a secret
POLICE_LICENCE = "police-demo-licence"
HEALTH_API_KEY = "health-demo-key"
