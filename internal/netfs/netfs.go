// Package netfs distinguishes network and shared file systems from local ones. On them file events
// of other machines do not arrive, and locks may hold on one machine only.
package netfs

// Name returns the kind of file system that a folder is on, such as "NFS", when it is one
// that other machines may write to at the same time; empty for a local one, for a folder
// that does not exist, and where the system does not tell.
func Name(dir string) string { return name(dir) }
