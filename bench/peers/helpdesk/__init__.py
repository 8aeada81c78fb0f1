"""django-helpdesk with its job of escalations."""
