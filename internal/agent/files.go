package agent

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"greenroom/internal/atomicfile"
)

// maxText bounds a file that is read or written, bytes.
const maxText = 1 << 20

type manifestFile struct {
	Text   string `json:"text"`
	SHA256 string `json:"sha256" jsonschema:"of the text, to be returned with a changed one"`
}

type newManifest struct {
	Text   string `json:"text" jsonschema:"the complete new manifest"`
	SHA256 string `json:"sha256" jsonschema:"of the manifest that was read and changed"`
}

type scriptFile struct {
	Path string `json:"path" jsonschema:"a .md or .txt file of the project, such as scripts/intro.md"`
}

type newScript struct {
	Path string `json:"path" jsonschema:"a .md or .txt file of the project, such as scripts/intro.md"`
	Text string `json:"text"`
}

func (s *Server) addFiles() {
	mcp.AddTool(s.mcp, tool("read_manifest", "The text of the manifest.", true),
		func(context.Context, *mcp.CallToolRequest, struct{}) (*mcp.CallToolResult, manifestFile, error) {
			text, err := s.read(s.p.File)
			return nil, manifestFile{text, sum(text)}, err
		})
	const replaces = "Replaces the manifest, unless it has mistakes or was changed meanwhile. Buys nothing."
	mcp.AddTool(s.mcp, tool("write_manifest", replaces, false),
		func(_ context.Context, _ *mcp.CallToolRequest, in newManifest) (*mcp.CallToolResult, manifestFile, error) {
			return nil, manifestFile{in.Text, sum(in.Text)}, s.writeManifest(in)
		})
	mcp.AddTool(s.mcp, tool("read_script", "The text of a script.", true),
		func(_ context.Context, _ *mcp.CallToolRequest, in scriptFile) (*mcp.CallToolResult, newScript, error) {
			if err := scriptPath(in.Path); err != nil {
				return nil, newScript{}, err
			}
			text, err := s.read(in.Path)
			return nil, newScript{in.Path, text}, err
		})
	mcp.AddTool(s.mcp, tool("write_script", "Writes a script, which the manifest may name. Buys nothing.", false),
		func(_ context.Context, _ *mcp.CallToolRequest, in newScript) (*mcp.CallToolResult, scriptFile, error) {
			return nil, scriptFile{in.Path}, s.writeScript(in)
		})
}

func sum(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}

// root opens the project's folder: no path and no link leads out of it.
func (s *Server) root() (*os.Root, error) { return os.OpenRoot(s.p.Folder) }

func (s *Server) read(name string) (string, error) {
	r, err := s.root()
	if err != nil {
		return "", err
	}
	defer r.Close()
	fi, err := r.Stat(filepath.FromSlash(name))
	if err != nil {
		return "", plain(err)
	}
	if !fi.Mode().IsRegular() || fi.Size() > maxText {
		return "", fmt.Errorf("%s is not a text file of at most %d bytes", name, maxText)
	}
	b, err := r.ReadFile(filepath.FromSlash(name))
	return string(b), plain(err)
}

// plain is an error without the folder's path.
func plain(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return fmt.Errorf("%s: %w", p.Path, p.Err)
	}
	return err
}

func (s *Server) writeManifest(in newManifest) error {
	if len(in.Text) > maxText {
		return fmt.Errorf("the manifest has more than %d bytes", maxText)
	}
	s.one.Lock()
	defer s.one.Unlock()
	have, err := s.read(s.p.File)
	if err != nil {
		return err
	}
	if sum(have) != in.SHA256 {
		return errors.New("the manifest was changed since it was read: read it again, and nothing was written")
	}
	if err := s.p.Check([]byte(in.Text)); err != nil {
		return fmt.Errorf("nothing was written: %w", err)
	}
	_, err = atomicfile.WriteBytes(filepath.Join(s.p.Folder, s.p.File), 0o644, []byte(in.Text))
	return err
}

// scriptPath refuses what is not a script inside the project.
func scriptPath(path string) error {
	ext := strings.ToLower(filepath.Ext(path))
	hidden := func(part string) bool { return strings.HasPrefix(part, ".") }
	if !slices.Contains([]string{".md", ".txt"}, ext) || !filepath.IsLocal(filepath.FromSlash(path)) ||
		strings.Contains(path, `\`) || slices.ContainsFunc(strings.Split(path, "/"), hidden) {
		return fmt.Errorf("%q is not a .md or .txt file of the project", path)
	}
	return nil
}

func (s *Server) writeScript(in newScript) error {
	if err := scriptPath(in.Path); err != nil {
		return err
	}
	if len(in.Text) > maxText {
		return fmt.Errorf("the script has more than %d bytes", maxText)
	}
	s.one.Lock()
	defer s.one.Unlock()
	r, err := s.root()
	if err != nil {
		return err
	}
	defer r.Close()
	name := filepath.FromSlash(in.Path)
	if err := r.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return plain(err)
	}
	return plain(r.WriteFile(name, []byte(in.Text), 0o644))
}
