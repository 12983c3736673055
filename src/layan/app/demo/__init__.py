"""The demonstration: an invented one-stop centre and a day recorded in a real office."""
