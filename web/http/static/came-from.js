// Takes out of the address which search led here, and what was said once: a page that is loaded
// again should not say it again, and a link that is copied or kept should be the page's own.
const address = new URL(location.href);
for (const name of ["s", "r", "sent", "said", "done"]) address.searchParams.delete(name);
if (address.href !== location.href) history.replaceState(history.state, "", address);
