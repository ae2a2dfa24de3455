"""What the law asks about personal data (Law 91/2025/QH15, Decree 356/2025/NĐ-CP).

purposes   what data is used for, on which ground, and the words that a worker is shown
consents   what each worker agreed to, for whom, with the proof of it; withdrawing
requests   what persons ask about their data, with the days by which it is met
overview   what is held about a person, counted
access     who looked at whom; looks.py keeps it while answers go out
"""
