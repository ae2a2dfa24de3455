"""Documents on paper and in Word, drawn from plain values: office documents, certificates, the book of the register."""
