// Package remotion is the interface to Remotion: the props contract, the project scaffold, and the renderer that drives
// Remotion's own Node API.
//
// Props never have a link, a key or a path of this machine, the user's files are never overwritten, and a film appears
// under its final name only when it is complete. The package never opens the network itself and never installs anything
// without an Event that reports it; the package manager uses the registry that the user has configured.
package remotion
