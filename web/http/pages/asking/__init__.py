"""The pages where customers ask, and see what became of it."""

from web.http.pages.asking import ask, confirm, my_questions, question, team

PAGES = (ask, confirm, question, team, my_questions)
