"""What the templates of entry are rendered with."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from web.http.account.watch_contexts import FrequencyChoice, WatchBox
from web.http.link_contexts import LinkEditor
from web.http.reading.entry_contexts import FileEditor, TeamTools, VoteBar, VoteReport
from web.http.reading.entry_samples import sample_entry, sample_team

HELPFUL = "/faq/12/helpful"
BARE = TeamTools(LinkEditor("/faq/12/links"), FileEditor("/faq/12/files"), VoteReport(0, 0))

PAGES: dict[str, tuple[Any, ...]] = {
    "entry/entry.html": (
        sample_entry(),
        sample_entry(vote=VoteBar(HELPFUL, "yes")),
        sample_entry(vote=VoteBar(HELPFUL, "no")),
        sample_entry(vote=VoteBar(HELPFUL, "no", "unclear", yes=1, total=12)),
        replace(
            sample_entry(),
            contents=(),
            related=(),
            tags=(),
            files=(),
            json_ld=(),
            state="draft",
            is_public=False,
            team=BARE,
        ),
        replace(
            sample_entry(),
            watch=WatchBox("entry", 12, (FrequencyChoice("instant", chosen=True),), True),
        ),
        replace(sample_entry(), lang="de", audience="members", team=sample_team()),
        replace(sample_entry(), audience="business", team=sample_team(refused=True)),
    )
}
