// Package remotion is the border to Remotion: the props contract, the project
// scaffold, and the renderer that drives Remotion's own Node API.
//
// It promises that props never hold a link, a key or a path of this machine,
// that a file of the user's is never overwritten, and that a film appears under
// its final name only when it is whole. It never opens the network itself and
// never installs anything without an Event that says so; npm, when the project's
// packages are missing, talks to the registry the user has configured.
package remotion
