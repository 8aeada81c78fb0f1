"""Made-up complaints that live by the real rules: for trying, testing and measuring, not for a real city."""
