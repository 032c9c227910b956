"""Turns photos and drawn pictures into training views; every tensor stays on the device."""
