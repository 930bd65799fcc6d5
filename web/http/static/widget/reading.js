// One entry, read and voted on in the panel.
async function read(id, from) {
  try {
    const entry = await call("entries/" + id, from), vote = el("section.vote");
    showVote(vote, id, entry.vote);
    push(el("article", el("div", { lang: entry.lang }, heading(entry.title), el("p.hint", { lang }, entry.facts), el("div.prose", grown(entry.answer))),
      entry.files[0] && [el("h3", T.files), entry.files.map((file) => outside(file.label, file.url))],
      vote,
      entry.related[0] && [el("h3", T.related), el("ul", entry.related.map((one) => el("li", entryLink(one))))],
      outside(T.page, entry.url), askRow()));
    tell("read", { id, url: entry.url });
  } catch (error) {
    fail(place, error);
  }
}

// Three states: not voted, yes, no, which asks why; a vote can be changed.
function showVote(vote, id, said) {
  const { helpful, reason } = said ?? {};
  const say = (text, helpful, reason, kind) => button(text, async () => {
    try {
      showVote(vote, id, await call(`entries/${id}/helpful`, {}, { helpful, reason, intent }));
      vote.firstChild.focus();
      tell("vote", { id, helpful, reason });
    } catch (error) {
      fail(vote, error);
    }
  }, kind);
  vote.replaceChildren(heading(!said ? T.helped : helpful ? T.thanks : reason ? T.noted : T.sorry, "h3"),
    el("p.row", !said ? [say(T.yes, true), say(T.no, false)] : helpful ? say(T.not, false, null, "link") : [
      !reason && Object.entries(T.reasons).map(([name, text]) => say(text, false, name)), say(T.after, true, null, "link"),
    ]));
}
