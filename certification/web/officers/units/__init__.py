"""The unit and what is below it, against targets: for officers of communes, provinces and the whole country.

asked      which unit, target, day and basis an address asks for
branch     /cong-doan/don-vi: a unit, its rate, the units right below it, down to who is missing
rows       those units as a table shows them: sorted, filtered, in parts
people     who is behind a rate
binding    the plans that bind a unit, side by side, with their days
frozen     figures that are kept for a report, and what differs since
years      which assessment years are closed; closing one and opening it again
"""
