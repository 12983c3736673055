"""What a forecast costs: the worker that makes it, the desk that tells it."""
