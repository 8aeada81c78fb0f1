"""What a complaint is: states, commands, events, clocks and authority. Pure: no clock, no random, no I/O."""
