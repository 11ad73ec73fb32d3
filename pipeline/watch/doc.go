// Package watch keeps a project's clips up to date while the user edits it.
//
// It promises that a save never buys: what costs money waits for Buy. One run works
// at a time; a newer save cancels it and waits for its end. File events are hints:
// contents decide whether anything changed. A manifest that cannot be read leaves the
// last good state. It never prints, and it owns fsnotify.
package watch
