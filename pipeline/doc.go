// Package pipeline turns a manifest into published clips: resolve → submit →
// wait → fetch → check → prepare → publish.
//
// It promises that every stage may be run twice, that success is recorded only
// after its output is in place, that no request for a paid job leaves before it
// is on record, and that a clip's failure does not stop the others. It never
// prints: stages send Event values, commands print them.
package pipeline
