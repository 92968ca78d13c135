"""The Urban Construction Archives, plugged in from outside."""
