"""E-mail in: a mail is kept first and understood afterwards, so that none is lost."""
