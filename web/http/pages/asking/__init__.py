"""The pages where customers ask, and see what became of it."""

from web.http.pages.asking import ask, confirm, my_questions, question, team, to_answer

PAGES = (ask, confirm, question, team, to_answer, my_questions)
