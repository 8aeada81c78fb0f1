"""How a clock stands, as pages say it."""

from domain.clocks import ClockState
from web.wording import N_

CLOCK_STATES = {
    ClockState.RUNNING: N_("berjalan"),
    ClockState.WARNED: N_("berjalan, sudah diperingatkan"),
    ClockState.BREACHED: N_("terlampaui"),
    ClockState.HELD: N_("ditahan selama pemeriksaan"),
    ClockState.PAUSED: N_("berhenti sementara"),
    ClockState.MET: N_("terpenuhi"),
    ClockState.MISSED: N_("berakhir terlambat"),
    ClockState.STOPPED: N_("dihentikan"),
}
"""Running ones show their end; the others this word."""
