"""Where a complaint can be looked at by those who get reports."""


def complaint_page(web_url: str, number: str) -> str:
    """The officers' page of a complaint."""
    return f"{web_url}/office/complaints/{number}"
