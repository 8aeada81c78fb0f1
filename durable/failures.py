"""Failures of activities, told to Temporal without what people said: it keeps them, and shows them."""

import traceback
from pathlib import Path
from typing import Any

from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
)


class ImpersonalFailures(Interceptor):
    """Lets through the failures that were worded for people to read, and names the others by type and place.

    The text of any other exception, or of one that caused it, may quote its input: PostgreSQL names the
    key that was there before, pydantic the value that did not fit.
    """

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        """Wraps every activity of the worker."""
        return _Impersonal(next)


class _Impersonal(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002
        try:
            return await self.next.execute_activity(input)
        except ApplicationError as worded:
            raise _without_cause(worded) from None
        except CancelledError:
            raise
        except ConnectionError as away:
            raise ApplicationError(str(away), type=type(away).__name__) from None
        except Exception as error:  # noqa: BLE001
            raise ApplicationError(_name_and_place(error), type=type(error).__name__) from None


def _without_cause(worded: ApplicationError) -> ApplicationError:
    worded.__cause__ = None
    return worded


def _name_and_place(error: Exception) -> str:
    *_, last = traceback.extract_tb(error.__traceback__)
    code = getattr(getattr(error, "orig", None), "sqlstate", None)
    state = f" with SQLSTATE {code}" if code else ""
    return f"{type(error).__name__}{state} in {last.name}, {Path(last.filename).name} line {last.lineno}"
