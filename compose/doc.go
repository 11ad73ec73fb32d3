// Package compose is the home of everything done with ffmpeg. compose/media
// checks and prepares clips, compose/standin draws presenters. ffmpeg-go only
// builds argument lists here; internal/proc runs them.
package compose
