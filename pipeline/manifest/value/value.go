// Package value reads the values of which films are made, as people write them: times, lengths, shares, loudness,
// colours, sizes, frame rates, shapes and languages. Each has one set of forms everywhere in a manifest.
package value

import "greenroom/pipeline/manifest/yamldoc"

// Reader reads values of a document. Its methods return functions that read one value into to. A value of another form
// is a fault of the document, with a hint that shows a form that is read.
type Reader struct{ *yamldoc.Doc }
