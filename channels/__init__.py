"""How complaints come in: every channel ends in the one ``FrontDoor``."""
