package agent

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"greenroom/internal/lazyregexp"
)

// named are the clips of a call.
type named struct {
	Clips []string `json:"clips,omitempty" jsonschema:"names of clips; empty for all"`
}

type film struct {
	Composition string `json:"composition" jsonschema:"the name of a composition of the manifest"`
}

type still struct {
	Composition string `json:"composition" jsonschema:"the name of a composition of the Remotion project, such as Timeline"`
	Clip        string `json:"clip,omitempty" jsonschema:"the clip that it shows"`
	Frame       int    `json:"frame" jsonschema:"from 0"`
}

type query struct {
	Search string `json:"search,omitempty" jsonschema:"words to look for"`
}

var (
	clipName        = lazyregexp.New(`^[a-z0-9][a-z0-9-]{0,63}$`)
	compositionName = lazyregexp.New(`^[A-Za-z0-9][A-Za-z0-9-]{0,63}$`)
	searchWords     = lazyregexp.New(`^[\pL\pN][\pL\pN ,.'-]{0,99}$`)
)

func (s *Server) addTools() {
	s.clipTool("plan", "What a build would do with each clip, its price and why. Changes nothing.", "plan", true)
	s.clipTool("status", "What is on record of each clip. Changes nothing.", "status", true)
	s.clipTool("check", "Checks clips: alpha, edges, length, sound. Changes nothing.", "check", true)
	s.clipTool("stand_ins", "Renders stand-ins for the clips that are not bought, so that films can be seen. Buys nothing.",
		"build --stand-ins", false)
	mcp.AddTool(s.mcp, tool("render", "Renders a film of the manifest; stand-ins are allowed. Buys nothing.", false),
		func(ctx context.Context, _ *mcp.CallToolRequest, in film) (*mcp.CallToolResult, any, error) {
			if !compositionName.MatchString(in.Composition) {
				return nil, nil, errComposition
			}
			return text(s.run(ctx, "render", in.Composition, "--allow-stand-ins", "--allow-sandbox", "--json"))
		})
	mcp.AddTool(s.mcp, tool("still", "Renders one frame and returns the picture. Buys nothing.", false), s.still)
	for _, list := range []string{"avatars", "voices", "templates"} {
		mcp.AddTool(s.mcp, tool(list, "Lists the account's "+list+".", true),
			func(ctx context.Context, _ *mcp.CallToolRequest, in query) (*mcp.CallToolResult, any, error) {
				args := []string{list, "--json"}
				if in.Search != "" {
					if !searchWords.MatchString(in.Search) {
						return nil, nil, errors.New("search takes letters, digits and spaces")
					}
					args = append(args, in.Search)
				}
				return text(s.run(ctx, args...))
			})
	}
	s.addFiles()
	const brings = "Brings clips up to date. What has to be bought is shown to the person with its price; without their " +
		"consent nothing is bought."
	mcp.AddTool(s.mcp, tool("build", brings, false), s.build)
}

var errComposition = errors.New("composition takes the name of a composition: letters, digits and dashes")

// tool describes a tool.
func tool(name, description string, reads bool) *mcp.Tool {
	outside := name == "avatars" || name == "voices" || name == "templates" || name == "build"
	return &mcp.Tool{Name: name, Description: description, Annotations: &mcp.ToolAnnotations{
		ReadOnlyHint: reads, DestructiveHint: new(bool), OpenWorldHint: &outside,
	}}
}

// clipTool is a command whose arguments are names of clips.
func (s *Server) clipTool(name, description, command string, reads bool) {
	mcp.AddTool(s.mcp, tool(name, description, reads),
		func(ctx context.Context, _ *mcp.CallToolRequest, in named) (*mcp.CallToolResult, any, error) {
			args, err := clipArgs(in.Clips)
			if err != nil {
				return nil, nil, err
			}
			if command == "build --stand-ins" {
				return text(s.run(ctx, append([]string{"build", "--stand-ins", "--json"}, args...)...))
			}
			return text(s.run(ctx, append([]string{command, "--json"}, args...)...))
		})
}

// clipArgs are names of clips as arguments. A path or a flag is not a name.
func clipArgs(clips []string) ([]string, error) {
	for _, c := range clips {
		if !clipName.MatchString(c) {
			return nil, fmt.Errorf("%q is not the name of a clip: small letters, digits and dashes", c)
		}
	}
	return clips, nil
}

// text is the answer of a command.
func text(out string, err error) (*mcp.CallToolResult, any, error) {
	if err != nil && out != "" {
		err = fmt.Errorf("%w\n%s", err, out)
	}
	if err != nil {
		return nil, nil, err
	}
	return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: out}}}, nil, nil
}

func (s *Server) still(ctx context.Context, _ *mcp.CallToolRequest, in still) (*mcp.CallToolResult, any, error) {
	if !compositionName.MatchString(in.Composition) {
		return nil, nil, errComposition
	}
	dir, err := os.MkdirTemp("", "greenroom-still-")
	if err != nil {
		return nil, nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "still.png")
	args := []string{
		"render", in.Composition, "--still", strconv.Itoa(in.Frame), "-o", file, "--allow-stand-ins", "--allow-sandbox", "--json",
	}
	if in.Clip != "" {
		if _, err := clipArgs([]string{in.Clip}); err != nil {
			return nil, nil, err
		}
		args = append(args, "--clip", in.Clip)
	}
	if _, err := s.run(ctx, args...); err != nil {
		return nil, nil, err
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, err
	}
	if len(b) > maxPicture {
		return nil, nil, fmt.Errorf("the picture has %d bytes, %d are sent at most: make the composition smaller", len(b),
			maxPicture)
	}
	return &mcp.CallToolResult{Content: []mcp.Content{&mcp.ImageContent{MIMEType: "image/png", Data: b}}}, nil, nil
}

// maxPicture bounds a picture that is sent, bytes.
const maxPicture = 8 << 20
