// Package typeset turns words into measured lines: it chooses a face for every character, shapes with HarfBuzz's
// rules, breaks at the places Unicode allows and measures each line.
//
// No character is lost or replaced by a box: one that no face has is an error that names it. The package draws
// nothing, reads no file and uses no font of the machine.
package typeset
