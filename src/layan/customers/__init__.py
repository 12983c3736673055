"""Who the customer is: type, need, and the little that may be remembered of one."""
