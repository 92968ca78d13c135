"""What a department must show before it is trusted: checks in three tiers, run against it."""
