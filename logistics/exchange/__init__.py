"""What comes from and goes to people: pasted text, spreadsheets, sheets of paper."""
