"""The former name of `certification.spreadsheets`, which reads XLSX as well."""

from __future__ import annotations

from certification.spreadsheets import Column, Fault, ImportFaults, ImportResult, Row, Sheet, read, read_day, written

__all__ = ["Column", "Fault", "ImportFaults", "ImportResult", "Row", "Sheet", "read", "read_day", "written"]
