"""What a site repeats on its pages: text that no look at one page alone can tell from the article.

``forms`` tells by its words alone whether a text speaks of the site, or is a line that documents share. ``learn``
decides about one site, from its pages. ``columns`` holds the blocks of all pages as numbers, finds the few that can
matter among them and has ``learn`` decide. Only the current input counts, never an earlier run (law L6).
"""
