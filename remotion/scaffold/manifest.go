package scaffold

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
)

const firstManifest = `# The clips of this film. ` + "`greenroom plan`" + ` shows what a build would do.
version: 1
project: %s
%s%sheygen:
  api: sandbox        # no account, no money; v3 uses HEYGEN_API_KEY
defaults:
  avatar: {id: Daisy-inskirt-20220818}
  voice: {id: 1bd001e7e50f421d891986aad5158bc8}
  transparent: true
clips:
  intro: {script: scripts/intro.md}
`

// FirstScript is the script of the first clip.
const FirstScript = `Hello, and welcome to the green room. <break time="0.3s"/> I am only a drawing, but my edges are real.
`

// FirstManifest returns the manifest of a new project. For an existing Remotion project it has the frame rate, the size
// and the folders that the survey found, or comments on the lines to change. s is nil for a complete new project.
func FirstManifest(name string, s *Survey) string {
	if s == nil {
		return fmt.Sprintf(firstManifest, name, "fps: 25\nsize: 1280x720\n", "")
	}
	size := fmt.Sprintf("fps: %s\nsize: %sx%s\n", s.FPS, s.Width, s.Height)
	switch {
	case s.FPS == "" || !validSize(s.Width) || !validSize(s.Height):
		size = "fps: 25             # not found in the sources: write the frame rate of your compositions here\n" +
			"size: 1280x720      # and their size\n"
	case s.Of != "":
		size = strings.Replace(size, "\n", "             # as composition "+s.Of+"\n", 1)
	}
	return fmt.Sprintf(firstManifest, name, size, s.remotionSection())
}

// validSize reports that a side fits the manifest: even, 16 to 8192 pixels.
func validSize(side string) bool {
	n, err := strconv.Atoi(side)
	return err == nil && n%2 == 0 && n >= 16 && n <= 8192
}

// remotionSection returns the manifest's section for folders that are not the default ones.
func (s *Survey) remotionSection() string {
	var lines []string
	add := func(key, value, meaning string) {
		switch {
		case slices.Contains(s.Unknown, key):
			lines = append(
				lines, fmt.Sprintf("  # %s: NAME     # %s: not a literal value, write it here", key, meaning),
			)
		case value != "":
			lines = append(lines, fmt.Sprintf("  %s: %s", key, yamlWord(value)))
		}
	}
	add("entry", s.Layout.Entry, "the file that calls registerRoot")
	add("public", s.Layout.Public, "the folder of staticFile()")
	add("source", s.Layout.Source, "the folder of greenroom's own files")
	head := "remotion:"
	if !slices.ContainsFunc(lines, func(l string) bool { return !strings.HasPrefix(l, "  #") }) {
		head = "# remotion:" // a section of comments alone is not a mapping
	}
	if len(lines) == 0 {
		return ""
	}
	return head + "\n" + strings.Join(lines, "\n") + "\n"
}

// yamlWord quotes a name that YAML would read otherwise.
func yamlWord(name string) string {
	if plainName.MatchString(name) {
		return name
	}
	return "'" + strings.ReplaceAll(name, "'", "''") + "'"
}

// Example is how a component of the project uses the first clip, in five lines.
func (s *Survey) Example() string {
	width := s.Width
	if !validSize(width) {
		width = "1280"
	}
	return "import {AvatarClip, useClip} from '" + s.importPath() + "';\n\n" +
		"export const Intro = () => (\n" +
		"  <AvatarClip clip={useClip('intro')} frameWidth={" + width + "} left={0} top={0} />\n" +
		");"
}

// importPath is greenroom's folder as the file of the root imports it.
func (s *Survey) importPath() string {
	from, to := strings.Split(path.Dir(s.rootFile()), "/"), strings.Split(s.Layout.SourceDir(), "/")
	if from[0] == "." {
		from = nil
	}
	for len(from) > 0 && len(to) > 0 && from[0] == to[0] {
		from, to = from[1:], to[1:]
	}
	if len(from) == 0 {
		return "./" + strings.Join(to, "/")
	}
	return strings.Repeat("../", len(from)) + strings.Join(to, "/")
}

// rootFile is the file next to which a component of the user's is likely to be.
func (s *Survey) rootFile() string {
	switch {
	case s.RootFile != "":
		return s.RootFile
	case s.Entry != "":
		return s.Entry
	}
	return path.Dir(s.Layout.SourceDir()) + "/Root"
}
