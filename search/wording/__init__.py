"""The words of a query: how they are split, stemmed, corrected and expanded."""
