"""Lowers integer graphs to kmodel files for the KPU of Kendryte's K210."""
