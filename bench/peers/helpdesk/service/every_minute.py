"""Stands for cron: runs the job at every full minute, and never two at a time.

The documentation has it run every hour. Two runs at a time would escalate tickets twice.
"""

import subprocess
import sys
import time

MINUTE_S = 60

while True:
    time.sleep(MINUTE_S - time.time() % MINUTE_S)
    subprocess.run([sys.executable, "-m", "django", "escalate_tickets"], check=False)
