// ui/pch.cpp: gives the precompiled header of the window a target to live in.
