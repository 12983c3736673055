"""The forecasting engine: pure Python, no Django, no I/O. It is fed readings in time order and asked for estimates."""
