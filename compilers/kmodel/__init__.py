"""The .kmodel of Kendryte's K210: its format, a simulator of its KPU, the lowering to it."""
