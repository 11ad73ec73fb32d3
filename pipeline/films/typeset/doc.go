// Package typeset turns words into measured lines: it chooses a face for every character, shapes with HarfBuzz's
// rules, breaks at the places Unicode allows and says how wide each line came out.
//
// It promises that no character is lost or replaced by a box: one that no face has is an error that names it. It draws
// nothing, reads no file and looks for no font on the machine.
package typeset
