"""cmi5 (Quartz), the xAPI Profile by which content is launched: this store takes the part of the LMS in it.

    structure.py     a course as it is kept; reading.py makes one of cmi5.xml (lrs/xml_elements.py) or of a package
    courses.py       courses kept and found
    launching.py     a launch: registration, session, LMS.LaunchData, the "launched" Statement, the URL
    keys.py          the fetch URL and the auth-token: what narrows a key to one session, and when it ends
    rules.py         what a Statement of a session breaks of cmi5, pure
    sessions.py      stores Statements of a session; abandons and ends sessions
    satisfaction.py  what is satisfied, pure; moving_on.py notes it and issues the Statements, once each
    statements.py    the Statements that the LMS issues

Clauses are those of cmi5_spec.md, Quartz, 1st edition.
"""
