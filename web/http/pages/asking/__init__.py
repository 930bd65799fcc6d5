"""The pages where customers ask, and see what became of it."""

from web.http.pages.asking import ask, my_questions, question

PAGES = (ask, question, my_questions)
