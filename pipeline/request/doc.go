// Package request turns a clip of the manifest into the request that HeyGen would get. It is pure: it reads no file,
// sends nothing and knows no account.
//
//	manifest.Clip and a route → Canonical → take key, request body
//
// One [Canonical] value holds everything that HeyGen would see of a clip. The take key and the body are made from it
// alone, so they cannot differ: what changes the body changes the key, and the other way round.
package request
