// Package projects tries greenroom in Remotion projects as people have them: every package
// manager, layout and version of Remotion, with the real tools. It has tests only.
package projects
