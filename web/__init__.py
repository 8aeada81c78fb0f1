"""What people see and press: signing in, and pages."""
