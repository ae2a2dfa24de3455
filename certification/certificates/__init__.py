"""Certificates of recognised titles: numbered in a register, signed, withdrawn, and verified by anybody."""
