"""Pages of people of the city: the inbox, the complaint on one page, the desk, rights of the person."""
