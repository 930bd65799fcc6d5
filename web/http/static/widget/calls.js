// Requests carry no cookies; a member's token goes along where the page gave one.
let token = data.memberToken, freshToken;

async function call(path, given, body, signal) {
  const send = () => fetch(`${BASE}/api/v1/widget/${path}?${new URLSearchParams({ lang, ...given })}`, {
    method: body ? "POST" : "GET", body: body && JSON.stringify(body), signal, credentials: "omit",
    headers: { ...token && { authorization: "Bearer " + token }, ...body && { "content-type": "application/json" } },
  });
  token ||= await freshToken?.();
  let reply = await send();
  if (reply.status === 401) {
    // The token ended: the page signs a new one, or the reader goes on as a guest.
    token = await freshToken?.();
    reply = await send();
    if (reply.status === 401) { token = freshToken = null; reply = await send(); }
  }
  const answer = await reply.json();
  if (!reply.ok) throw Object.assign(new Error(), answer);
  return answer;
}

const tell = (name, detail) => document.dispatchEvent(new CustomEvent("kundig:" + name, { detail }));
const announce = (text) => { live.textContent = text; };
const fail = (box, error) => {
  if (box.firstChild.className === "error") box.firstChild.remove();
  box.prepend(failure(error));
};
const failure = (error) => el("p.error", { role: "alert" }, error.status === 429 ? T.tooMany : T.failed);
