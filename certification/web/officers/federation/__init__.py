"""Signed figures of units: made for another installation (made), where they go (recipient); gathered from others
(gathered), from whom (members), for which plans and days (opening). said: faults in words."""
