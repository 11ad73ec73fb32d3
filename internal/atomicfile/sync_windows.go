package atomicfile

// SyncDir does nothing: Windows makes renames durable by itself and cannot sync
// a folder.
func SyncDir(string) error { return nil }
