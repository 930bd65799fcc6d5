"""Makes language packs: new pieces and input rows that teach the bundled model a language."""
