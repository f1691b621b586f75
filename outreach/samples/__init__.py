"""What does a first try of Outreach run on? A made-up book of loans; every person and number in it is fictional."""
