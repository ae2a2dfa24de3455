"""Judging, pure: rules and evidence in, a result out. No database, no clock, nothing but the standard library.

`rules` holds what is asked, `results` what is known and what came out, `measures` how evidence is measured, `evaluate`
the judgement itself. One worker and a million are judged by the same function, so page, yearly run and what-if agree.
"""
