// Package timelinetest makes films and the footage they are made of, for tests of what draws a timeline.
//
// Every film is small (320x180) and short, and shows one kind of thing; together they show every field of a
// [timeline.Film]. The footage is drawn by this package and encoded by ffmpeg when a test asks for it, so that the
// repository holds none. It is test support: nothing of the program imports it.
package timelinetest
