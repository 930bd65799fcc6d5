// Takes out of the address which search led here: it was counted, and a link that is copied
// or kept should be the page's own.
const address = new URL(location.href);
for (const name of ["s", "r"]) address.searchParams.delete(name);
if (address.href !== location.href) history.replaceState(history.state, "", address);
