#!/usr/bin/env python3
"""Keeps `python p2p_admin.py coordinator --verbose` working: runs the program that ./run build makes."""
import os
import sys

PROGRAM = os.path.join(os.path.dirname(os.path.realpath(__file__)), "p2p_admin")
if not os.access(PROGRAM, os.X_OK):
    sys.exit("p2p_admin.py: p2p_admin is not built yet; build it with: ./run build")
os.execv(PROGRAM, [PROGRAM, *sys.argv[1:]])
