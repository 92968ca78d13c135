"""SOAP departments: the only place that knows zeep and lxml."""
