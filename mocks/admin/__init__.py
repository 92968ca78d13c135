"""The controls of the fleet over HTTP: everything under /__admin/."""
