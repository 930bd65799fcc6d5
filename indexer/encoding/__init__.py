"""What makes an encoder: exported, made smaller, accepted, kept on disk, with language packs."""
