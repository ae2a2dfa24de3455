"""Figures for analysts, as Parquet: rates and facts of every unit by month, in which no count of few people stands or
can be worked out.

    protecting   which counts may be written, and how: pure
    days         the days that are told about, and what stands where on them
    rates        rates of units against targets
    facts        facts counted by unit and kind
    parquet      rows into a file
    exporting    both files, whole or not at all, and the act on record
"""
