"""Figures as people read them: PDF, workbook, CSV, JSON, letters. Counting is the business of ``store``."""
