"""What the law asks about personal data (Law 91/2025/QH15, Decree 356/2025/NĐ-CP).

purposes   what data is used for, on which ground, and the words that a worker is shown
consents   what each worker agreed to, for whom, with the proof of it; withdrawing
access     who looked at whom
"""
