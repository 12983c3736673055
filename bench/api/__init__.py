"""Issue and call-next through the public HTTP API, beside the same transactions through the raw driver."""
