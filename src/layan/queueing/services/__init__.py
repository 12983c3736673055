"""Commands of the queue: one verb, one function; each takes the branch's lock, decides, saves, appends its events."""
