"""The record lies below what is done with it: imports inside `kb` run one way, too."""

import grimp


def test_the_store_imports_nothing_that_works_on_the_store():
    graph = grimp.build_graph("kb")
    store = {name for name in graph.modules if f"{name}.".startswith("kb.store.")}
    back = [
        f"{name} imports {other}"
        for name in sorted(store)
        for other in sorted(graph.find_modules_directly_imported_by(name) - store)
        if graph.find_upstream_modules(other) & store
    ]

    assert not back, "\n".join(back)
