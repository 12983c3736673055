"""The rules of the queue. Pure: plain data in, a decision and its reason out."""
