"""From cells to agreed values: names, dates, codes, texts and strata."""
