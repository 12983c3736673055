"""What people see of the queue: kiosk, ticket page, console and floor."""
