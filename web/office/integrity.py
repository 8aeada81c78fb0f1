"""The inspectorate's page."""

from fastapi import APIRouter

router = APIRouter()
